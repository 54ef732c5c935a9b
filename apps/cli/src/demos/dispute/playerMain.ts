// A player of the demonstration: reads its configuration and orders from standard input, tells what
// happens on standard output.

import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { MNEMONIC } from '@ambrosia/devnet/accounts'
import { type Claim, claimOf, falseLinkOf, idOf } from '@ambrosia/dispute/Claim'
import {
  approveBond,
  challenge,
  type MadeClaim,
  readClaims,
  readPosition,
  readRules,
  type Seat,
  write,
} from '@ambrosia/dispute/ClaimBook'
import * as InputPackage from '@ambrosia/dispute/InputPackage'
import { type Lie, lieAbout } from '@ambrosia/dispute/liars'
import { type Channel, playOffChain } from '@ambrosia/dispute/offChain'
import type { Player } from '@ambrosia/dispute/Player'
import { look } from '@ambrosia/dispute/play'
import { hashPool } from '@ambrosia/dispute/process/hashPool'
import { moveFiles } from '@ambrosia/dispute/process/moveFiles'
import { type Prover, startProver } from '@ambrosia/dispute/process/Prover'
import { treeCache } from '@ambrosia/dispute/process/treeCache'
import { openRun, type Run } from '@ambrosia/dispute/Run'
import { fromElf, type Program } from '@ambrosia/machine/Program'
import { toPlain } from '@ambrosia/primitives/Errors'
import { createPublicClient, type Hex, http, type TransactionReceipt } from 'viem'
import { mnemonicToAccount } from 'viem/accounts'
import type { PlayerConfig, Report } from './players.ts'

const POLL_MS = 50

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
let prover: Prover | undefined
/** By way of the process that started both. */
const channel: Channel = {
  send: (text) => tell({ type: 'message', text }),
  next: async () => (await nextLine<{ message: string }>()).message,
}

try {
  const config = await nextLine<PlayerConfig>()
  if (config.role === 'asserter') await assertAndDefend(config)
  else await watchAndChallenge(config)
} catch (error) {
  tell({ type: 'failed', ...toPlain(error) })
} finally {
  await prover?.stop()
}
process.stdout.write('', () => process.exit(0))

async function assertAndDefend(config: PlayerConfig): Promise<void> {
  const { program, run, pack } = await open(config)
  const seat = seatOf(config)
  const rules = await readRules(seat)
  const truth = await claimOf(run, rules)
  const { steps } = await run.ending(rules.stepLimit)
  const lie = lieOf(config.lieAt, steps)
  const other = lie === 'genesis' ? await openRun(program, otherThan(pack), options()) : run
  const told = await lieAbout(truth, { run, other, lie })
  const content = contentJson(told.content)
  tell({ type: 'ready', content, lieAt: String(lie), steps: steps.toString() })
  const { receipts } = await nextLine<{ receipts: Hex }>()
  await approveBond(seat, rules.claimBond)
  const receipt = await write(seat, 'makeClaim', [told.content, receipts])
  const claimant = seat.account.address
  const claim = { id: idOf(seat, claimant, told.content), claimant, content: told.content }
  tell({ type: 'claimed', ...costOf(receipt) })
  const { game } = await nextLine<{ game: Hex }>()
  prover = startProver({ onProgress: (line) => process.stderr.write(`${line}\n`) })
  await playOn(config, playerOf(config, { seat, claim, run: told.run }), game)
}

async function watchAndChallenge(config: PlayerConfig): Promise<void> {
  const { run } = await open(config)
  const seat = seatOf(config)
  const { claim: id } = await nextLine<{ claim: Hex }>()
  const claim = (await readClaims(seat)).find((one) => one.id === id) as MadeClaim
  const link = await falseLinkOf(claim.content, run)
  if (link === undefined) {
    tell({ type: 'agrees' })
    return
  }
  const { game, receipt } = await challenge(seat, claim, link)
  tell({ type: 'challenged', link, game, ...costOf(receipt) })
  await playOn(config, playerOf(config, { seat, claim, run }), game)
}

/** Plays until the game is over, or until a statement has no proof. */
async function playOn({ onChain }: PlayerConfig, player: Player, game: Hex): Promise<void> {
  if (!onChain) {
    const picks = await playOffChain(player, game, channel)
    if (player.role === 'asserter') tell({ type: 'signed', picks })
  }
  for (;;) {
    try {
      const seen = await look(player, game)
      if (seen === 'over') break
      if (seen === 'waiting') await new Promise((done) => setTimeout(done, POLL_MS))
    } catch (error) {
      const { code } = toPlain(error)
      if (code !== 'Prover.NoProof' && code !== 'Chain.ProofRefused') throw error
      tell({ type: 'stuck', code, peakBytes: peakBytes() })
      return
    }
  }
  const { game: state } = await readPosition(player.seat, game)
  tell({ type: 'over', status: state.status, peakBytes: peakBytes() })
}

function playerOf(
  { role, folder }: PlayerConfig,
  parts: { seat: Seat; claim: MadeClaim; run: Run },
): Player {
  let at = performance.now()
  return {
    role,
    ...parts,
    store: moveFiles(folder),
    prove: (circuit, input) => (prover as Prover).prove(circuit, input),
    onSent: (kind, receipt) => {
      const now = performance.now()
      tell({ type: 'move', kind, ...costOf(receipt), ms: Math.round(now - at) })
      at = now
    },
  }
}

async function open(config: PlayerConfig): Promise<{
  program: Program
  run: Run
  pack: InputPackage.InputPackage
}> {
  const program = fromElf(new Uint8Array(readFileSync(config.elf)))
  const pack = InputPackage.fromBytes(new Uint8Array(readFileSync(config.packageFile)))
  return { program, pack, run: await openRun(program, pack, options()) }
}

function options() {
  return { hashPool: hashPool(), cache: treeCache() }
}

function seatOf(config: PlayerConfig): Seat {
  const { chainId, claimBook, fromBlock, accountIndex, rpcUrl } = config
  return {
    chainId,
    claimBook,
    fromBlock: BigInt(fromBlock),
    account: mnemonicToAccount(MNEMONIC, { addressIndex: accountIndex }),
    client: createPublicClient({ transport: http(rpcUrl), cacheTime: 0, pollingInterval: POLL_MS }),
  }
}

function lieOf(text: string, steps: bigint): Lie {
  if (text === 'genesis' || text === 'final') return text
  if (text !== 'random') return BigInt(text)
  return BigInt(Math.floor(Math.random() * Number(steps)))
}

/** The same run on another input, with which the first state is another. */
function otherThan(pack: InputPackage.InputPackage): InputPackage.InputPackage {
  const input = pack.input.length === 0 ? new Uint8Array(1) : pack.input.slice()
  input[0] = (input[0] as number) ^ 1
  return { ...pack, input }
}

function contentJson(content: Claim): Record<string, string> {
  return Object.fromEntries(Object.entries(content).map(([key, value]) => [key, String(value)]))
}

/** Most memory that this process ever had; Node counts in KiB. */
function peakBytes(): number {
  return process.resourceUsage().maxRSS * 1024
}

function costOf(receipt: TransactionReceipt): { gas: number; hash: Hex } {
  return { gas: Number(receipt.gasUsed), hash: receipt.transactionHash }
}

async function nextLine<T>(): Promise<T> {
  const { value, done } = await lines.next()
  if (done) process.exit(0)
  return JSON.parse(value) as T
}

function tell(report: Report): void {
  process.stdout.write(`${JSON.stringify(report)}\n`)
}
