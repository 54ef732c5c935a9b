import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as Bundle from '@ambrosia/health/Bundle'
import * as Generator from '@ambrosia/health/Generator'
import { type Answer, runJson } from './commandLine.ts'

const CRITERIA = join(import.meta.dirname, '..', '..', 'examples', 'deal', 'criteria.json')

/** A command that has to go well; what it says where it does not is shown. */
async function done(home: string, ...args: string[]): Promise<Answer['json']> {
  const { status, json } = await runJson(home, ...args)
  assert.equal(status, 0, `${args.join(' ')}: ${JSON.stringify(json)}`)
  return json
}

/** Makes a consumer with a DID and money, and opens their deal. Returns the deal's id. */
export async function openDealByVerbs(home: string, key: string): Promise<string> {
  await done(home, 'keys', 'create', key)
  await done(home, 'fund', key)
  await done(home, 'did', 'create', '--key', key)
  const named = ['--consumer-name', 'Institute', '--consumer-contact', 'data@institute.example']
  const terms = ['--records', '3', '--window-hours', '1', '--key', key]
  const made = await done(home, 'deal', 'create', '--criteria', CRITERIA, ...named, ...terms)
  return made['deal'] as string
}

/** Issues a person's record, offers it and carries the offer to the chain. Returns its id. */
export async function sellByVerbs(
  home: string,
  { folder, deal, name, seed }: { folder: string; deal: string; name: string; seed: number },
): Promise<string> {
  const asOf = new Date('2026-06-01T00:00:00Z')
  const patient = Generator.patient({ seed, asOf, condition: 'diabetes', resources: 60 })
  const [bundle, offer] = [join(folder, `${name}.json`), join(folder, `${name}.offer.json`)]
  writeFileSync(bundle, Bundle.write(patient.resources))
  await done(home, 'issuer', 'issue', bundle, '--name', name)
  await done(home, 'record', 'offer', name, '--deal', deal, '--out', offer, '--yes')
  assert.equal(JSON.parse(readFileSync(offer, 'utf8')).dealId, deal)
  const carried = await done(home, 'relay', 'settle', offer)
  const [settled] = carried['settled'] as { recordId: string }[]
  return settled?.recordId as string
}
