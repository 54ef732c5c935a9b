import { Link } from '@ambrosia/chain/abi/dispute'
import type { Figure } from '@ambrosia/testing/Figure'
import type { Hex, TransactionReceipt } from 'viem'
import { roundsOf } from '../src/Bisection.ts'
import * as Claim from '../src/Claim.ts'
import { challenge, type Seat } from '../src/ClaimBook.ts'
import { type Channel, playOffChain } from '../src/offChain.ts'
import type { MoveStore, Player } from '../src/Player.ts'
import { look } from '../src/play.ts'
import { openRun, type Run } from '../src/Run.ts'
import { startDispute, type TestDispute, testRules } from '../src/testing/startDispute.ts'
import { storingProgram } from '../src/testing/storingProgram.ts'

/**
 * Gas of each move with real proofs, of whole disputes by messages and on the chain, and the bound
 * of the latter for a run of 10^9 steps. The run has 5,011 steps, so every number but the last
 * split is that of a run of any length.
 */
export const name = 'dispute'
export const figures = ['dispute.gas']

/** Gas of a whole dispute by messages. */
const GOAL = 600_000
const LONG_RUN = 10n ** 9n

/** @param options `only` names a figure or a group; all of this group are measured together. */
export async function run(options: { only?: string } = {}): Promise<{ figures: Figure[] }> {
  const { only = 'dispute' } = options
  if (!'dispute.gas'.startsWith(only) && !only.startsWith('dispute.gas')) return { figures: [] }
  const ends: (() => void | Promise<void>)[] = []
  try {
    return { figures: await measure(await startDispute({ after: (end) => void ends.push(end) })) }
  } finally {
    for (const end of ends) await end()
  }
}

async function measure(dispute: TestDispute): Promise<Figure[]> {
  const pack = {
    input: new Uint8Array(64).fill(7),
    inputSalt: new Uint8Array(32).fill(1),
    salt: new Uint8Array(32).fill(2),
  }
  const machine = await openRun(storingProgram(1000), pack)
  const content = await Claim.claimOf(machine, testRules())
  const gas: Record<string, number> = {}
  const note = (what: string, { gasUsed }: TransactionReceipt) => {
    gas[what] = Math.max(gas[what] ?? 0, Number(gasUsed))
  }
  const play = (link: Claim.LinkNumber, byMessages: boolean) =>
    playOne(dispute, { content, machine, link, byMessages, note })
  // The first of each kind pays for storage that is new; that is what counts.
  await play(Link.Genesis, false)
  await play(Link.Final, false)
  await play(Link.Steps, true)
  await play(Link.Steps, false)
  const of = (what: string) => gas[what] ?? 0
  const opening = of('claim') + of('challenge')
  const messages = opening + of('enterAndProve')
  const rounds = roundsOf(LONG_RUN)
  const onChain = opening + rounds * (of('split') + of('pick')) + of('prove step')
  const figure = (key: string, value: number, goal?: number): Figure => ({
    name: `dispute.gas.${key}`,
    value,
    unit: 'gas',
    against: goal === undefined ? null : `${goal} goal`,
    ratio: goal === undefined ? null : Number((goal / value).toPrecision(4)),
  })
  return [
    ...Object.entries(gas).map(([what, value]) => figure(what.replace(' ', '.'), value)),
    figure('byMessages', messages, GOAL),
    figure(`onChain.1e9`, onChain),
  ]
}

async function playOne(
  dispute: TestDispute,
  options: {
    content: Claim.Claim
    machine: Run
    link: Claim.LinkNumber
    byMessages: boolean
    note: (what: string, receipt: TransactionReceipt) => void
  },
): Promise<void> {
  const { content, machine, link, byMessages, note } = options
  const [asserter, challenger] = [dispute.seat(6), dispute.seat(7)]
  const claim = await dispute.claim(asserter, content)
  const { client } = asserter
  const { transactions } = await client.getBlock()
  note('claim', await client.getTransactionReceipt({ hash: transactions[0] as Hex }))
  const { game, receipt } = await challenge(challenger, claim, link)
  note('challenge', receipt)
  const circuit = ['genesis', 'step', 'final'][link]
  // A challenger that denies the first state it is asked about, so that the asserter has a proof.
  const stubborn: Run = {
    ...machine,
    hashesAt: async (points) =>
      (await machine.hashesAt(points)).map((hash, index) =>
        index === points.length - 1 ? hash + 1n : hash,
      ),
  }
  const player = (role: Player['role'], seat: Seat, run: Run): Player => ({
    ...{ role, seat, claim, run },
    store: memoryStore(),
    prove: dispute.prover.prove,
    onSent: (kind, sent) => note(kind === 'prove' ? `prove ${circuit}` : kind, sent),
  })
  const players = [
    player('asserter', asserter, machine),
    player('challenger', challenger, stubborn),
  ] as const
  if (byMessages) {
    const [one, other] = wire()
    await Promise.all([playOffChain(players[0], game, one), playOffChain(players[1], game, other)])
  }
  while ((await look(players[0], game)) !== 'over') await look(players[1], game)
}

function memoryStore(): MoveStore {
  const kept = new Map<string, string>()
  return {
    read: async (key) => kept.get(key),
    write: async (key, text) => void kept.set(key, text),
  }
}

function wire(): [Channel, Channel] {
  const waiting: ((text: string) => void)[][] = [[], []]
  const texts: string[][] = [[], []]
  const end = (mine: 0 | 1): Channel => ({
    send: (text) => {
      const next = waiting[1 - mine]?.shift()
      if (next !== undefined) next(text)
      else texts[1 - mine]?.push(text)
    },
    next: () =>
      new Promise((done) => {
        const text = texts[mine]?.shift()
        if (text !== undefined) done(text)
        else waiting[mine]?.push(done)
      }),
  })
  return [end(0), end(1)]
}
