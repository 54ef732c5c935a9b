import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as Bundle from '@ambrosia/health/Bundle'
import * as Generator from '@ambrosia/health/Generator'
import { runJson } from './commandLine.ts'

const CRITERIA = join(import.meta.dirname, '..', '..', 'examples', 'deal', 'criteria.json')

/** Makes a consumer with a DID and money, and opens their deal. Returns the deal's id. */
export async function openDealByVerbs(home: string, key: string): Promise<string> {
  const steps = [
    ['keys', 'create', key],
    ['fund', key],
    ['did', 'create', '--key', key],
  ]
  for (const step of steps) assert.equal((await runJson(home, ...step)).status, 0, step.join(' '))
  const named = ['--consumer-name', 'Institute', '--consumer-contact', 'data@institute.example']
  const terms = ['--records', '3', '--window-hours', '1', '--key', key]
  const made = await runJson(home, 'deal', 'create', '--criteria', CRITERIA, ...named, ...terms)
  assert.equal(made.status, 0, JSON.stringify(made.json))
  return made.json['deal'] as string
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
  const steps = [
    ['issuer', 'issue', bundle, '--name', name],
    ['record', 'offer', name, '--deal', deal, '--out', offer, '--yes'],
  ]
  for (const step of steps) assert.equal((await runJson(home, ...step)).status, 0, step.join(' '))
  assert.equal(JSON.parse(readFileSync(offer, 'utf8')).dealId, deal)
  const carried = await runJson(home, 'relay', 'settle', offer)
  assert.equal(carried.status, 0, JSON.stringify(carried.json))
  const [settled] = carried.json['settled'] as { recordId: string }[]
  return settled?.recordId as string
}
