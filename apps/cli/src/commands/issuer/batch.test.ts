import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { before, describe, it, type TestContext } from 'node:test'
import type { Issued, IssuerClient } from '@ambrosia/api/issuer/IssuerClient'
import * as Bbs from '@ambrosia/credentials/Bbs'
import * as Contexts from '@ambrosia/credentials/Contexts'
import * as DidKey from '@ambrosia/credentials/DidKey'
import { issueRecord } from '@ambrosia/exchange/issue/issueRecord'
import * as Bundle from '@ambrosia/health/Bundle'
import * as ClaimProfile from '@ambrosia/health/ClaimProfile'
import * as Generator from '@ambrosia/health/Generator'
import { random, toHex, toUtf8 } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { useFolder } from '@ambrosia/testing/useFolder'
import { recordNames } from '../../wallet/records.ts'
import { openWallet } from '../../wallet/Wallet.ts'
import { bundlesOf } from './bundlesOf.ts'
import { openIssuedList } from './IssuedList.ts'
import { issueBatch } from './issueBatch.ts'

const now = new Date('2026-06-01T00:00:00Z')
const people: Uint8Array[] = []

before(async () => {
  await Bbs.ready()
  for (const index of [0, 1, 2, 3]) {
    const { resources } = Generator.patient({ seed: 9, index, asOf: now, resources: 50 })
    people.push(Bundle.write(resources))
  }
})

/** An issuer in memory that signs for real; `failAt` refuses what it is asked for the nth time. */
function createIssuer(failAt: Record<number, string> = {}) {
  const bbs = Bbs.keyPair('BLS12-381-SHA-256', random(32))
  const issuer = DidKey.fromPublicKey({ type: 'BLS12-381-G2', bytes: bbs.publicKey })
  const loader = Contexts.createLoader({
    claimNames: ClaimProfile.claimNames(ClaimProfile.AMBROSIA_CORE_2),
  })
  const holders: string[] = []
  const issue: IssuerClient['issue'] = async (bundle, holder, form) => {
    holders.push(holder)
    const statusIndex = holders.length
    const code = failAt[statusIndex]
    if (code !== undefined) throw new AmbrosiaError(code, 'no', {})
    const { record } = await issueRecord({
      bundle,
      form,
      issuer,
      key: { id: DidKey.toVerificationMethodId(issuer), ...bbs },
      holder,
      subjectHandle: toHex(random(32)),
      credentialStatus: {
        type: 'BitstringStatusListEntry',
        statusPurpose: 'revocation',
        statusListIndex: String(statusIndex),
        statusListCredential: 'https://issuer.example/status/1',
      },
      validForSec: 86_400,
      now,
      randomBytes: random,
      loader,
    })
    return { record, statusIndex, claimCount: 0, digestCount: 0 } as Issued
  }
  return { issue, holders, did: issuer }
}

/** A folder of the people's Bundles, under names that must not be told. */
function createPlace(t: TestContext) {
  const home = useFolder(t)
  const folder = join(home, 'bundles')
  mkdirSync(folder)
  for (const [index, bundle] of people.entries())
    writeFileSync(join(folder, `${index}-Zzyzxmarker.json`), bundle)
  const list = join(home, 'issued.ndjson')
  const run = async (client: Pick<IssuerClient, 'issue'>, path = folder, parallel = 2) => {
    const opened = openIssuedList(list)
    return await issueBatch({
      home,
      wallet: await openWallet(home),
      client,
      bundles: bundlesOf(path),
      list: opened,
      prefix: 'batch',
      form: 'safe-harbor',
      parallel,
    }).finally(opened.close)
  }
  const lines = () =>
    readFileSync(list, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { record: string; statusIndex: number; issuer: string })
  return { home, folder, list, run, lines }
}

describe('issuing a batch', () => {
  it('issues a folder, each under a key of its own, and lists it without a name', async (t) => {
    const { home, run, lines, list } = createPlace(t)
    const issuer = createIssuer()
    assert.deepEqual(await run(issuer), { issued: 4, present: 0, refused: [] })
    assert.equal(new Set(issuer.holders).size, 4)
    const listed = lines()
    assert.deepEqual(listed.map(({ statusIndex }) => statusIndex).sort(), [1, 2, 3, 4])
    assert.deepEqual(listed.map(({ record }) => record).sort(), recordNames(home).sort())
    assert.ok(listed.every((line) => line.issuer === issuer.did))
    assert.ok(!readFileSync(list, 'utf8').includes('Zzyzxmarker'))
    assert.equal(statSync(list).mode & 0o777, 0o600)
  })

  it('called again it issues nothing twice, and only what is new', async (t) => {
    const { folder, run, lines } = createPlace(t)
    await run(createIssuer())
    const { resources } = Generator.patient({ seed: 10, asOf: now, resources: 50 })
    writeFileSync(join(folder, 'new.json'), Bundle.write(resources))
    const again = createIssuer()
    assert.deepEqual(await run(again), { issued: 1, present: 4, refused: [] })
    assert.equal(again.holders.length, 1)
    assert.equal(lines().length, 5)
  })

  it('ends at once where the issuer is gone, and goes on later', async (t) => {
    const { run, lines } = createPlace(t)
    const first = createIssuer({ 3: 'Service.Unreachable' })
    await assert.rejects(run(first, undefined, 1), { code: 'Service.Unreachable' })
    assert.equal(first.holders.length, 3)
    assert.equal(lines().length, 2)
    assert.deepEqual(await run(createIssuer()), { issued: 2, present: 2, refused: [] })
    assert.equal(lines().length, 4)
  })

  it('a record that was saved and not listed is listed from the wallet', async (t) => {
    const { list, run, lines } = createPlace(t)
    await run(createIssuer())
    const listed = lines()
    const text = readFileSync(list, 'utf8')
    // A crash cut the last line in its middle.
    writeFileSync(list, text.slice(0, -40))
    const again = createIssuer()
    assert.deepEqual(await run(again), { issued: 0, present: 4, refused: [] })
    assert.equal(again.holders.length, 0)
    assert.deepEqual(lines(), listed)
  })

  it('one that is refused is told by its place, and the others are issued', async (t) => {
    const { folder, run, lines } = createPlace(t)
    writeFileSync(join(folder, '1-broken.json'), '{"resourceType":"Zzyzxmarker"}')
    const { issued, refused } = await run(createIssuer())
    assert.deepEqual([issued, refused], [4, [{ position: 3, code: 'Bundle.NotFhir' }]])
    assert.equal(lines().length, 4)
  })

  it('issues NDJSON, one Bundle a line, a repeated line once', async (t) => {
    const { home, run, lines } = createPlace(t)
    const path = join(home, 'bundles.ndjson')
    const texts = people.map((bundle) => JSON.stringify(JSON.parse(toUtf8(bundle))))
    writeFileSync(path, `${texts[0]}\n\n${texts[1]}\r\n${texts[0]}\n{"cut":\n${texts[2]}`)
    const { issued, present, refused } = await run(createIssuer(), path, 3)
    assert.deepEqual([issued, present, refused.map(({ position }) => position)], [3, 1, [5]])
    assert.equal(lines().length, 3)
  })

  it('two runs at once would issue twice, so the second is refused; a killed one is not', async (t) => {
    const { list, run } = createPlace(t)
    const first = run(createIssuer())
    const second = createIssuer()
    await assert.rejects(run(second), { code: 'Batch.Running' })
    assert.equal(second.holders.length, 0)
    assert.equal((await first).issued, 4)
    assert.ok(!existsSync(`${list}.lock`))
    const dead = spawnSync(process.execPath, ['--eval', '']).pid
    writeFileSync(`${list}.lock`, `${dead}\n`)
    assert.equal((await run(createIssuer())).present, 4)
  })

  it('refuses a list that is something else, and leaves it as it is', async (t) => {
    const { list, run } = createPlace(t)
    for (const text of ['dear diary', 'dear diary\n', '{"record":"a"}\n{"name":"b"']) {
      writeFileSync(list, text)
      await assert.rejects(run(createIssuer()), { code: 'Cli.Usage' }, text)
      assert.equal(readFileSync(list, 'utf8'), text)
    }
    writeFileSync(list, '')
    appendFileSync(list, '{"rec')
    assert.equal((await run(createIssuer())).issued, 4)
  })
})
