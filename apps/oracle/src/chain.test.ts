import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { didRegistryAbi } from '@ambrosia/chain/abi/identity'
import { PURPOSES } from '@ambrosia/credentials/DidAmbrosia'
import {
  type Address,
  createPublicClient,
  custom,
  encodeAbiParameters,
  encodeEventTopics,
  numberToHex,
  pad,
} from 'viem'
import { createOracleChain } from './chain.ts'
import { keyInForce } from './enclave/consumerKey.ts'

const DAY = 86_400
const FIRST_SEC = 1_800_000_000
const id = `0x${'d1'.repeat(20)}` as const
const address = `0x${'c0'.repeat(20)}` as const
const bytes32 = `0x${'00'.repeat(32)}` as const

/** A node with these versions of one DID, each in a block of its own, that counts its calls. */
function chainOf(timesSec: readonly number[], isHidden: (index: number) => boolean = () => false) {
  const asked: string[] = []
  const changed = didRegistryAbi.find(
    (item) => item.type === 'event' && item.name === 'DidDocumentChanged',
  )
  assert.ok(changed?.type === 'event')
  const logOf = (index: number) => ({
    address,
    topics: encodeEventTopics({
      abi: didRegistryAbi,
      eventName: 'DidDocumentChanged',
      args: { id, version: index + 1 },
    }),
    data: encodeAbiParameters(
      changed.inputs.filter((input) => !('indexed' in input && input.indexed)),
      [false, index, documentOf(index)] as never,
    ),
    blockNumber: numberToHex(index),
    logIndex: '0x0',
    transactionIndex: '0x0',
    blockHash: bytes32,
    transactionHash: bytes32,
    removed: false,
  })
  const documentOf = (index: number) => ({
    controller: address,
    verificationMethods: isHidden(index)
      ? []
      : [
          {
            fragment: `key-${index}`,
            purposes: PURPOSES.keyAgreement,
            multikey: `0xec01${pad(numberToHex(index + 1), { size: 32 }).slice(2)}`,
          },
        ],
    services: [],
  })
  const logs = timesSec.map((_, index) => logOf(index))
  const request = async ({ method, params }: { method: string; params: unknown[] }) => {
    asked.push(method)
    if (method === 'eth_blockNumber') return numberToHex(timesSec.length - 1)
    if (method === 'eth_getLogs') return logs
    assert.equal(method, 'eth_getBlockByNumber')
    const timestamp = numberToHex(timesSec[Number(params[0])] as number)
    return { number: params[0], timestamp, transactions: [] }
  }
  const client = createPublicClient({ transport: custom({ request }), cacheTime: 0 })
  const contracts: Record<string, Address> = Object.fromEntries(
    ['didRegistry', 'dealBook', 'consentBook', 'oracleRegistry'].map((name) => [name, address]),
  )
  const chain = createOracleChain(client, {
    version: 1,
    chainId: 31_337,
    rpcUrl: 'http://127.0.0.1:8545',
    contracts,
    services: { oracles: [] },
    confirmations: 1,
  })
  return { chain, asked }
}

describe('didVersions', () => {
  it('a DID with thousands of versions costs a few dozen calls, and three versions', async () => {
    const { chain, asked } = chainOf([...Array(3000).keys()].map((one) => FIRST_SEC + one * 60))
    const versions = await chain.didVersions(id, BigInt(FIRST_SEC + 2000 * 60 + 30))
    assert.deepEqual(
      versions.map(({ versionId }) => versionId),
      [0n, 560n, 2000n],
    )
    assert.ok(asked.length <= 30, `${asked.length} calls`)
  })

  it('the key in force is that of all versions, whatever their times', async () => {
    const gaps = [0, 1, 3600, DAY - 1, DAY, DAY + 1]
    let seed = 7
    const next = (below: number): number => {
      seed = (seed * 48_271) % 2_147_483_647
      return seed % below
    }
    for (let round = 0; round < 60; round++) {
      const times: number[] = []
      let timeSec = FIRST_SEC
      for (let count = next(9); count >= 0; count--) {
        timeSec += gaps[next(gaps.length)] as number
        times.push(timeSec)
      }
      const hidden = new Set(times.map((_, index) => index).filter(() => next(5) === 0))
      const { chain } = chainOf(times, (index) => hidden.has(index))
      for (const atSec of [...times, FIRST_SEC - 1, timeSec + DAY].map(BigInt)) {
        const all = times.map((time, index) => ({ timeSec: BigInt(time), index }))
        const known = all.filter((version) => version.timeSec <= atSec)
        const present = known.at(-1)
        const settled = known.filter((version) => version.timeSec + BigInt(DAY) <= atSec).at(-1)
        const chosen = (settled ?? known[0])?.index
        const isNone = !present || hidden.has(present.index) || hidden.has(chosen as number)
        const key = keyInForce(await chain.didVersions(id, atSec), atSec)
        assert.equal(key?.fragment, isNone ? undefined : `key-${chosen}`)
      }
    }
  })
})
