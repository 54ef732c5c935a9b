import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import * as Anvil from '@ambrosia/devnet/Anvil'
import { createMemoryKeystore } from './createMemoryKeystore.ts'
import { defer, type Ending, withEnding } from './defer.ts'
import { makeSettlement, settleRecord } from './makeSettlement.ts'
import { snapshot } from './snapshot.ts'
import { startChain } from './startChain.ts'
import { startExchange } from './startExchange.ts'
import { startService } from './startService.ts'
import { useFolder } from './useFolder.ts'
import { newAccount, word } from './values.ts'

/** A place for snapshots that no other run has filled. */
function useCache(t: Ending): string {
  const cache = useFolder(t)
  const before = process.env['AMBROSIA_CACHE']
  process.env['AMBROSIA_CACHE'] = cache
  defer(t, () => {
    if (before === undefined) delete process.env['AMBROSIA_CACHE']
    else process.env['AMBROSIA_CACHE'] = before
  })
  return join(cache, 'chains')
}

describe('defer', () => {
  it('does the last first, all of it, and tells the first failure', async () => {
    const done: string[] = []
    const running = withEnding(async (t) => {
      defer(t, () => void done.push('chain'))
      defer(t, () => {
        throw new Error('stuck')
      })
      defer(t, async () => void done.push('service'))
      return 7
    })
    await assert.rejects(running, { message: 'stuck' })
    assert.deepEqual(done, ['service', 'chain'])
  })

  it('removes a folder with what is in it', async () => {
    const folder = await withEnding(async (t) => {
      const made = useFolder(t)
      mkdirSync(join(made, 'a'))
      writeFileSync(join(made, 'a', 'b'), '')
      return made
    })
    assert.equal(existsSync(folder), false)
  })
})

describe('snapshot', () => {
  it('makes a chain once, whoever asks at the same time, and loads it ever after', async (t) => {
    const folder = useCache(t)
    let made = 0
    const make = async () => {
      made++
      return { made }
    }
    const [one, other] = await Promise.all([snapshot('empty', make), snapshot('empty', make)])
    assert.equal(one.stateFile, other.stateFile)
    const before = made
    assert.deepEqual((await snapshot('empty', make)).facts, one.facts)
    assert.equal(made, before)
    assert.equal(readdirSync(folder).length, 1)
  })

  it('leaves nothing behind when making it fails', async (t) => {
    const folder = useCache(t)
    const make = async () => {
      throw new Error('no chain')
    }
    await assert.rejects(snapshot('empty', make), { message: 'no chain' })
    assert.deepEqual(readdirSync(folder), [])
  })
})

describe('startChain', () => {
  it('has every contract, and the time of now', async (t) => {
    const { chain, contracts, now } = await startChain(t)
    for (const [name, address] of Object.entries(contracts)) {
      const code = await chain.client.getCode({ address })
      assert.ok((code?.length ?? 0) > 100, name)
    }
    await Anvil.advanceTime(chain.client, 0)
    assert.ok(Math.abs(Number(await now()) - Date.now() / 1000) < 30)
  })
})

describe('startExchange', () => {
  it('settles a record of a new deal, and leaves other chains alone', async (t) => {
    const exchange = await startExchange(t)
    const deal = await exchange.openNewDeal()
    const provider = newAccount()
    const { record } = await settleRecord(exchange, deal, provider, word(1))
    assert.equal(record.provider, provider.address)
    assert.equal(record.manifestHash, word(1))
    const other = await startExchange(t)
    const refused = await makeSettlement(other, deal)
    const sending = settleRecord(other, deal, refused.provider, word(1))
    await assert.rejects(sending, { code: 'Chain.DealUnknown' })
  })
})

describe('startService', () => {
  it('tells how a service ended that cannot start, and what it said', async (t) => {
    const service = await startService(t, 'store', useFolder(t))
    assert.equal(service.url, '')
    assert.equal(await service.ended, 1)
    assert.match(service.errors(), /^Network\.Unreadable/)
  })
})

describe('createMemoryKeystore', () => {
  it('keeps a name once, as the keystore on disk does', () => {
    const keystore = createMemoryKeystore()
    keystore.add('a', Uint8Array.of(1))
    assert.throws(() => keystore.add('a', Uint8Array.of(2)), { code: 'Keystore.Exists' })
    assert.deepEqual(
      keystore.getOrCreate('a', () => Uint8Array.of(3)),
      Uint8Array.of(1),
    )
    assert.deepEqual(keystore.names(), ['a'])
  })
})
