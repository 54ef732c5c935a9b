// Records of random blocks, by the node's engine and by the guest: npm run sim -- random-records.
// All types of transactions, precompiles, reverts, self-destructs, delegations, creations, what
// runs out of gas, what is refused and what is damaged; deposits and forced transactions, some of
// which do not open. The guest has to answer with the digest of the states that the node came to.
// conformance.test.ts holds geth to the same blocks.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import * as Machine from '@ambrosia/machine/Machine'
import { fromElf } from '@ambrosia/machine/Program'
import { fromUint, type Hex, toHex } from '@ambrosia/primitives/Bytes'
import { sha256 } from '@ambrosia/primitives/Hash'
import { digest, type RollupState } from '@ambrosia/rollup/Assertion'
import type { BatchBlock } from '@ambrosia/rollup/Batch'
import * as ChainRules from '@ambrosia/rollup/ChainRules'
import * as GuestInput from '@ambrosia/rollup/GuestInput'
import { KINDS } from '@ambrosia/rollup/InboxEntry'
import { type Ending, withEnding } from '@ambrosia/testing/defer'
import { createGuestInput } from '../assertions/createGuestInput.ts'
import { guestProgram } from '../disputes/guestProgram.ts'
import { testGenesis } from './chains.ts'
import { createTestChain, createTestNetwork, START_SEC, type TestL2 } from './createTestChain.ts'
import { contractAlloc, createRandom, type Random, randomCandidates } from './randomBlocks.ts'

export const name = 'random-records'
export const smallRuns = 2

const ACCOUNTS = 8
/** Above every base fee that a few blocks can come to. */
const BASE_FEE = 10n ** 10n
const STEPS = 10n ** 10n

export async function run({ seed, log }: { seed: number; log: (line: string) => void }) {
  await withEnding((t) => compare(t, seed, log))
}

async function compare(t: Ending, seed: number, log: (line: string) => void): Promise<void> {
  const random = createRandom(`records ${seed}`)
  const network = {
    ...(await createTestNetwork()),
    genesis: testGenesis(ACCOUNTS, contractAlloc()),
  }
  let drawn = 0
  const randomBytes = (size: number) => sha256(fromUint(drawn++, 8)).slice(0, size)
  const paths = { database: ':memory:', chain: ':memory:', randomBytes }
  const l2 = await createTestChain(t, network, paths)
  const records = 1 + random.next(2)
  const senders = { nonces: Array.from({ length: ACCOUNTS }, () => 0) }
  for (let record = 0; record < records; record++) await keepRecord(l2, random, senders)
  assert.equal(await l2.chain.reconcile(), undefined, 'nothing is missing')
  const input = await createGuestInput(l2.chain, l2.bodies, { from: 0, to: records })
  const [before, after] = await Promise.all([l2.chain.stateAt(0), l2.chain.stateAt(records)])
  const machine = Machine.create(fromElf(readFileSync(await guestProgram())), {
    input: GuestInput.encode(input),
  })
  const status = Machine.run(machine, STEPS)
  const expected = digest(
    ChainRules.hash(network.rules),
    before as RollupState,
    after as RollupState,
  )
  const included = await includedIn(l2)
  const sizes = `${input.witnesses.length} blocks, ${included} transactions`
  log(`${records} records, ${sizes}, ${Machine.steps(machine)} steps`)
  assert.equal(status, 'halted')
  assert.equal(Machine.exitValue(machine), 0n)
  assert.equal(toHex(Machine.answer(machine)), expected)
}

async function includedIn({ chain: { engine } }: TestL2): Promise<number> {
  const { number } = await engine.head()
  let included = 0
  for (let at = 1; at <= number; at++)
    included += (await engine.block(at))?.transactions.length ?? 0
  return included
}

/** What came to the inbox, and a batch of blocks with what the sequencer added. */
async function keepRecord(
  { l1, keep }: TestL2,
  random: Random,
  senders: { nonces: number[] },
): Promise<void> {
  const entries = random.next(4)
  for (let i = 0; i < entries; i++) {
    const kind = random.next(3)
    const recipient = toHex(random.bytes(20))
    if (kind === 0) await l1.append(KINDS.deposit, { recipient })
    else if (kind === 1) await l1.append(KINDS.deposit, { sealed: random.bytes(80) })
    else {
      const [raw] = (await randomCandidates(random, senders, BASE_FEE, 1)) as [Uint8Array]
      await l1.append(KINDS.forced, { raw })
    }
  }
  const position = l1.log.recordCount
  const blocks: BatchBlock[] = []
  const count = 1 + random.next(2)
  for (let i = 0; i < count; i++) {
    blocks.push({
      timestamp: START_SEC + position * 20 + i * 2,
      count: i === count - 1 ? l1.log.count : l1.log.count - entries,
      transactions: await randomCandidates(random, senders, BASE_FEE, random.next(20)),
    })
  }
  const salt: Hex = toHex(sha256(fromUint(position, 8)))
  await l1.record(await keep(blocks, salt), l1.log.count)
}
