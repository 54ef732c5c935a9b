import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import * as SubmissionBody from '@ambrosia/exchange/SubmissionBody'
import { createSetting } from '@ambrosia/exchange/testing/submissionSetting'
import * as Log from '@ambrosia/service/Log'
import { hash, newAccount } from '@ambrosia/testing/values'
import type { EnclaveSettings, Outside } from './Enclave.ts'
import { launchEnclave } from './launch.ts'

const settings: EnclaveSettings = {
  mode: 'development',
  chainId: 31337,
  dealBook: newAccount().address,
  oracleRegistry: newAccount().address,
  operator: newAccount().address,
  network: undefined,
}
const STUBBORN = fileURLToPath(new URL('../testing/stubbornEnclave.ts', import.meta.url))
const CURIOUS = fileURLToPath(new URL('../testing/curiousEnclave.ts', import.meta.url))

/** A real process; what it seals is kept here. */
async function launch(
  t: TestContext,
  options: {
    sealed?: string
    program?: string
    change?: Partial<EnclaveSettings>
    deadlineMs?: number
  } = {},
) {
  const kept: string[] = []
  const ended: (number | null)[] = []
  const launched = await launchEnclave({
    opening: {
      settings: { ...settings, ...options.change },
      judging: {
        threadCount: 1,
        deadlineMs: options.deadlineMs ?? 60_000,
        memoryMb: 1024,
        waitingCount: 4,
      },
      sealed: options.sealed,
      password: 'of a test',
    },
    outside: { keep: async (sealed: string) => void kept.push(sealed) } as unknown as Outside,
    log: Log.create({ name: 'oracle', level: 'silent' }),
    onEnded: (code) => ended.push(code),
    program: options.program,
  })
  t.after(() => launched.close())
  return { ...launched, kept, ended }
}

describe('an enclave as a process', () => {
  it('keeps its keys over a restart, sealed with its host', async (t) => {
    const first = await launch(t)
    const described = await first.enclave.describe()
    await first.close()
    assert.deepEqual(first.ended, [], 'an end that was asked for is none')
    const sealed = first.kept.at(-1) as string
    assert.match(sealed, /xchacha|scrypt/)
    const second = await launch(t, { sealed })
    assert.deepEqual(await second.enclave.describe(), described)
    await assert.rejects(first.enclave.describe(), { code: 'Enclave.Ended' })
  })

  it('opens nothing that was changed while the host had it', async (t) => {
    const { kept } = await launch(t)
    const sealed = (kept.at(-1) as string).replace(
      /("ciphertext": ")(.)/g,
      (_, head, first) => `${head}${first === 'A' ? 'B' : 'A'}`,
    )
    await assert.rejects(launch(t, { sealed }), { code: 'Keystore.WrongPassword' })
  })

  it('has no network, no other files, no processes and no threads but its judges', async (t) => {
    const { enclave } = await launch(t, { program: CURIOUS })
    const tried = await enclave.hasTagSecret().catch((error: Error) => error.message)
    assert.equal(
      tried,
      [
        'connect Enclave.NoNetwork',
        'listen Enclave.NoNetwork',
        'fetch Enclave.NoNetwork',
        'read ERR_ACCESS_DENIED',
        'write ERR_ACCESS_DENIED',
        'spawn ERR_ACCESS_DENIED',
        'worker Enclave.NoThreads',
      ].join(),
    )
  })

  it('answers while a judgement never ends, and ends it', async (t) => {
    const { enclave } = await launch(t, { program: STUBBORN, deadlineMs: 1_000 })
    await enclave.createTagSecret()
    const { body } = await createSetting(8_000)
    const order: string[] = []
    const judging = assert
      .rejects(enclave.certify(SubmissionBody.toJson(body)), { code: 'Judging.TimedOut' })
      .then(() => order.push('timed out'))
    for (let i = 0; i < 20; i++) assert.ok(await enclave.hasTagSecret())
    order.push('answered')
    await judging
    assert.deepEqual(order, ['answered', 'timed out'])
  })

  it('does not start in production without hardware', async (t) => {
    await assert.rejects(launch(t, { change: { mode: 'production' } }), {
      code: 'Enclave.NoHardware',
    })
  })

  it('gives no secret on the word of its host in a network with admission', async (t) => {
    const network = {
      oracleAdmission: newAccount().address,
      oracleEpochs: newAccount().address,
      packedQuorumVerifier: newAccount().address,
    }
    const { enclave } = await launch(t, { change: { network } })
    const peer = {
      operator: newAccount().address,
      publicKey: new Uint8Array(32).fill(9),
      keyId: 'a host of mine',
      epoch: 1,
    }
    await assert.rejects(enclave.createTagSecret(), { code: 'Enclave.WrongMode' })
    await assert.rejects(enclave.wrapTagSecret(peer), { code: 'Enclave.WrongMode' })
    await assert.rejects(enclave.wrapShare(1n, hash('commitment'), peer.operator), {
      code: 'Epoch.Unknown',
    })
  })
})
