import { fromHex, fromUint, type Hex, toHex } from '@ambrosia/primitives/Bytes'
import { sha256 } from '@ambrosia/primitives/Hash'
import { digest, type RollupState } from '@ambrosia/rollup/Assertion'
import type { BatchBlock } from '@ambrosia/rollup/Batch'
import { ZERO_HASH } from '@ambrosia/rollup/Batch'
import * as ChainRules from '@ambrosia/rollup/ChainRules'
import * as GuestInput from '@ambrosia/rollup/GuestInput'
import { KINDS } from '@ambrosia/rollup/InboxEntry'
import { PREDEPLOYS } from '@ambrosia/rollup/L2Genesis'
import type { Ending } from '@ambrosia/testing/defer'
import { createGuestInput } from '../assertions/createGuestInput.ts'
import { accountOf, CHAIN_ID, testGenesis } from './chains.ts'
import { createTestChain, createTestNetwork, START_SEC } from './createTestChain.ts'

/** One run of the guest: its input and the digest that it answers with. */
export type GuestCase = { name: string; input: Hex; digest: Hex; blocks: number }

const FILE_ABOUT =
  'apps/node/src/testing/writeGuestVectors.ts; inputs of guest/rollup, as docs/protocol/rollup.md, section 7, has them'

/** The vectors as their file has them. */
export async function guestVectors(t: Ending): Promise<object> {
  return { source: FILE_ABOUT, cases: await guestCases(t) }
}

const OTHER: Hex = `0x${'0e'.repeat(20)}`
/** Puts the first word of its calldata into slot 0, as the Messenger does with its root. */
const STORES_A_WORD = '0x5f355f5500'

function transaction(index: number, nonce: number, change: object = {}): Promise<Uint8Array> {
  const request = {
    chainId: CHAIN_ID,
    nonce,
    to: OTHER,
    value: 1n,
    gas: 21_000n,
    maxFeePerGas: 10n ** 10n,
    maxPriorityFeePerGas: 1n,
    type: 'eip1559' as const,
  }
  return accountOf(index)
    .signTransaction({ ...request, ...change })
    .then((raw) => fromHex(raw))
}

/** A chain with everything that a record can hold; assertions over one record and over many. */
async function guestCases(t: Ending): Promise<GuestCase[]> {
  const paper = await createTestNetwork()
  const messenger = { balance: '0x0', nonce: '0x1', code: STORES_A_WORD }
  const network = { ...paper, genesis: testGenesis(8, { [PREDEPLOYS.messenger]: messenger }) }
  let drawn = 0
  const randomBytes = (size: number) => sha256(fromUint(drawn++, 8)).slice(0, size)
  const l2 = await createTestChain(t, network, {
    database: ':memory:',
    chain: ':memory:',
    randomBytes,
  })
  const { l1 } = l2
  const keep = async (blocks: readonly BatchBlock[]) => l2.keep(blocks, saltOf(l1.log.recordCount))
  // Deposits, one that names nobody, and a forced transaction; own transactions of which two do not
  // stand.
  await l1.append(KINDS.deposit, { recipient: OTHER })
  await l1.append(KINDS.deposit, { sealed: new Uint8Array(80).fill(1) })
  await l1.append(KINDS.forced, { raw: await transaction(5, 0) })
  const root: Hex = `0x${'70'.repeat(32)}`
  const send = { to: PREDEPLOYS.messenger, data: root, gas: 100_000n, value: 0n }
  const first = [
    { timestamp: START_SEC, count: 2, transactions: [await transaction(0, 0)] },
    {
      timestamp: START_SEC + 2,
      count: 3,
      transactions: [
        await transaction(1, 7),
        await transaction(0, 1, send),
        await transaction(6, 0, { value: 10n ** 24n }),
        Uint8Array.of(2, 1),
      ],
    },
  ]
  await l1.record(await keep(first), 3)
  // Nothing; garbage; and entries that nobody put in a batch.
  await l1.record(await keep([]), 3)
  await l1.record(await l2.bodies.put({ salt: saltOf(2), body: Uint8Array.of(0xc1) }), 3)
  for (let i = 0; i < 5; i++) await l1.append(KINDS.forced, { raw: await transaction(i + 2, 0) })
  await l1.record(ZERO_HASH, 8)
  const missing = await l2.chain.reconcile()
  if (missing !== undefined) throw new Error('the chain lacks a body')
  const ranges = [
    { name: 'a record with deposits, forced and dropped transactions', from: 0, to: 1 },
    { name: 'an empty record', from: 1, to: 2 },
    { name: 'all records from genesis', from: 0, to: 4 },
    { name: 'a record without data, on blocks', from: 3, to: 4 },
  ]
  const cases: GuestCase[] = []
  for (const { name, from, to } of ranges) {
    const input = await createGuestInput(l2.chain, l2.bodies, { from, to })
    const [before, after] = await Promise.all([l2.chain.stateAt(from), l2.chain.stateAt(to)])
    cases.push({
      name,
      input: toHex(GuestInput.encode(input)),
      digest: digest(ChainRules.hash(network.rules), before as RollupState, after as RollupState),
      blocks: input.witnesses.length,
    })
  }
  return cases
}

function saltOf(position: number): Hex {
  return toHex(sha256(fromUint(position, 8)))
}
