import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { claimBookAbi, GameStatus, links } from '@ambrosia/chain/abi/dispute'
import * as Anvil from '@ambrosia/devnet/Anvil'
import { chainPlaces } from '@ambrosia/devnet/leaks/places/chain'
import { filePlaces } from '@ambrosia/devnet/leaks/places/files'
import { longSecret, shortSecret } from '@ambrosia/devnet/leaks/secrets'
import {
  type Claim,
  idOf,
  joinReceipts,
  signAsRecipient,
  signReceipt,
} from '@ambrosia/dispute/Claim'
import { readPosition } from '@ambrosia/dispute/ClaimBook'
import * as InputPackage from '@ambrosia/dispute/InputPackage'
import { hashPool } from '@ambrosia/dispute/process/hashPool'
import { treeCache } from '@ambrosia/dispute/process/treeCache'
import { openRun, type Run } from '@ambrosia/dispute/Run'
import { fromElf } from '@ambrosia/machine/Program'
import { random } from '@ambrosia/primitives/Bytes'
import type { Hex } from 'viem'
import { amount, count, duration, size } from '../../figures.ts'
import type { Stage } from '../frame/Stage.ts'
import { attacksOn } from './attacks.ts'
import { ACCOUNTS, accountAt, type DisputeGround, startDisputeGround } from './ground.ts'
import { type ContentJson, type PlayerProcess, type Report, startPlayer } from './players.ts'
import { countFound, readWords } from './privacy.ts'
import { guessesFor, pointsPlayed, readSubject, type Subject } from './subject.ts'

export type DisputeOptions = { program?: string; input?: string; lieAt: string; onchain: boolean }

export type DisputeResult = {
  winner: 'honest' | 'liar'
  rounds: number
  gas: number
  calldataBytes: number
  /** The first statement that is false: a step, genesis or final. */
  lieAt: string
  runSteps: number
  /** Most memory that one of the players had. */
  peakBytes: number
}

/** The last line's own keys before anything happened. */
export const NOTHING_DECIDED: DisputeResult = {
  winner: 'liar',
  rounds: 0,
  gas: 0,
  calldataBytes: 0,
  lieAt: '',
  runSteps: 0,
  peakBytes: 0,
}

type DisputeStage = Stage<DisputeResult>

/**
 * Plays a whole dispute between two processes, one of which lies.
 * @throws what fails first; a leak or an accepted attack fails too
 */
export async function play(stage: DisputeStage, options: DisputeOptions): Promise<boolean> {
  const { result, screen, step } = stage
  const subject = readSubject(options)
  const ground = await startDisputeGround(stage)
  const pack = InputPackage.create(subject.input, random)
  const packageFile = writePackage(ground, pack)
  screen.line('program', `${subject.name} on ${size(subject.input.length)} of private input`)
  const asserter = open(stage, ground, { role: 'asserter', subject, packageFile, options })
  const challenger = open(stage, ground, { role: 'challenger', subject, packageFile, options })

  const ready = await step('run', () => nextOf(asserter, 'ready'), readyLine)
  const content = toContent(ready.content)
  result.lieAt = ready.lieAt
  result.runSteps = Number(ready.steps)
  const claimant = accountAt(ACCOUNTS.asserter).address
  const claim = { id: idOf(ground, claimant, content), claimant, content }
  const receipts = await step(
    'receipts',
    () => signReceipts(ground, claim, { subject, pack }),
    () => ({ label: 'receipts', text: '2 of 3 recipients hold the input and computed its root' }),
  )
  asserter.order({ receipts })
  const claimed = await step('claim', () => nextOf(asserter, 'claimed'), claimedLine)
  result.gas += claimed.gas
  challenger.order({ claim: claim.id })
  const opened = await step('challenge', () => nextOf(challenger, 'challenged'), challengedLine)
  result.gas += opened.gas
  asserter.order({ game: opened.game })
  const { sent, signed, peakBytes } = await step(
    'game',
    () => follow(ground, opened.game, { asserter, challenger }),
    told,
  )
  result.gas += sent.reduce((sum, { gas }) => sum + gas, 0)
  result.peakBytes = peakBytes
  result.rounds = signed + sent.filter(({ kind }) => kind === 'pick').length

  const { game } = await readPosition(viewOf(ground), opened.game)
  result.winner = game.status === GameStatus.ChallengerWon ? 'honest' : 'liar'
  tellEnd(stage)
  await search(stage, { ground, subject, pack, content, game: opened.game })
  await stage.tryAttacks(attacksOn({ ground, claim, game: opened.game }), {
    what: 'every bond',
    read: () => owed(ground),
  })
  return result.winner === 'honest'
}

function writePackage({ folder }: DisputeGround, pack: InputPackage.InputPackage): string {
  const place = join(folder, 'private')
  mkdirSync(place, { recursive: true, mode: 0o700 })
  const file = join(place, 'package')
  writeFileSync(file, InputPackage.toBytes(pack), { mode: 0o600 })
  return file
}

function open(
  stage: DisputeStage,
  ground: DisputeGround,
  player: {
    role: 'asserter' | 'challenger'
    subject: Subject
    packageFile: string
    options: DisputeOptions
  },
): PlayerProcess {
  const { role, subject, packageFile, options } = player
  const { rpcUrl, chainId, claimBook, fromBlock, folder } = ground
  const started = startPlayer(
    {
      ...{ role, rpcUrl, chainId, claimBook, packageFile },
      fromBlock: fromBlock.toString(),
      accountIndex: ACCOUNTS[role],
      elf: subject.elf,
      folder: join(folder, role),
      lieAt: options.lieAt,
      onChain: options.onchain,
    },
    join(folder, `${role}.log`),
  )
  stage.defer(() => started.stop())
  return started
}

async function nextOf<Type extends Report['type']>(
  player: PlayerProcess,
  type: Type,
): Promise<Extract<Report, { type: Type }>> {
  const report = await player.next()
  if (report.type === type) return report as Extract<Report, { type: Type }>
  throw new Error(`expected ${type}, the player tells ${report.type}`)
}

/**
 * Recipients check the bytes; about a false first state they would refuse to sign, so there they
 * look at the root alone.
 */
async function signReceipts(
  ground: DisputeGround,
  claim: { claimant: Hex; content: Claim },
  { subject, pack }: { subject: Subject; pack: InputPackage.InputPackage },
): Promise<Hex> {
  const run = await runOf(subject, pack)
  const signing = { place: ground, claimant: claim.claimant, content: claim.content }
  const isFirstState = await hasFirstState(run, claim.content)
  const signed = []
  for (const recipient of ground.recipients.slice(0, 2)) {
    const signature = isFirstState
      ? await signReceipt(recipient, signing, run)
      : await signAsRecipient(recipient, signing)
    signed.push({ recipient: recipient.address, signature })
  }
  return joinReceipts(signed)
}

async function hasFirstState(run: Run, { firstState }: Claim): Promise<boolean> {
  const [first] = await run.hashesAt([0n])
  return first === BigInt(firstState)
}

function runOf(subject: Subject, pack: InputPackage.InputPackage): Promise<Run> {
  return openRun(fromElf(subject.bytes), pack, { hashPool: hashPool(), cache: treeCache() })
}

type Sent = { side: string; kind: string; gas: number; ms: number }
/** Transactions of the game, and picks that both signed off the chain. */
type Played = { sent: readonly Sent[]; signed: number; peakBytes: number }

/** Both play until one can't; then time passes, and the other calls it. */
async function follow(
  { client, claimBook }: DisputeGround,
  game: Hex,
  players: { asserter: PlayerProcess; challenger: PlayerProcess },
): Promise<Played> {
  const sent: Sent[] = []
  let signed = 0
  let peakBytes = 0
  const watch = async (side: 'asserter' | 'challenger'): Promise<void> => {
    const other = side === 'asserter' ? 'challenger' : 'asserter'
    for (;;) {
      const report = await players[side].next()
      if (report.type === 'move') sent.push({ side, ...report })
      if (report.type === 'message') players[other].order({ message: report.text })
      if (report.type === 'signed') signed = report.picks
      if ('peakBytes' in report) peakBytes = Math.max(peakBytes, report.peakBytes)
      if (report.type === 'over') return
      if (report.type !== 'stuck') continue
      const deadline = await client.readContract({
        address: claimBook,
        abi: claimBookAbi,
        functionName: 'deadlineOf',
        args: [game],
      })
      const { timestamp } = await client.getBlock()
      await Anvil.advanceTime(client, Number(deadline - timestamp) + 1)
      return
    }
  }
  await Promise.all([watch('asserter'), watch('challenger')])
  return { sent, signed, peakBytes }
}

async function search(
  stage: DisputeStage,
  parts: {
    ground: DisputeGround
    subject: Subject
    pack: InputPackage.InputPackage
    content: Claim
    game: Hex
  },
): Promise<void> {
  const { ground, subject, pack, content, game } = parts
  const { client, fromBlock, folder } = ground
  const salts = [pack.salt, pack.inputSalt].map((salt) => Buffer.from(salt).toString('hex'))
  stage.keepSecret(...salts.map((salt) => shortSecret('salt', salt)))
  if (subject.text !== undefined && subject.text.length >= 6) {
    stage.keepSecret(longSecret('input', subject.text))
  }
  const places = async function* () {
    yield* chainPlaces(client)
    for (const name of ['chain.log', 'asserter.log', 'challenger.log']) {
      yield* filePlaces(join(folder, name), folder)
    }
    // A move that is kept is sent as it is.
    for (const role of ['asserter', 'challenger']) yield* filePlaces(join(folder, role), folder)
  }
  await stage.searchForLeaks({ places: places(), where: 'calldata, events, logs and kept moves' })
  const words = await readWords(client, fromBlock)
  stage.result.calldataBytes = words.calldataBytes
  await stage.step('guess', async () => {
    const points = await pointsPlayed(
      { client, claimBook: ground.claimBook, fromBlock },
      content,
      game,
    )
    let guessed = salts.map((salt) => BigInt(`0x${salt}`))
    const guesses = guessesFor(subject)
    for (const input of guesses) {
      const plain = { input, inputSalt: new Uint8Array(32), salt: new Uint8Array(32) }
      const run = await runOf(subject, plain)
      guessed = [...guessed, run.inputRoot, ...(await run.hashesAt(points))]
    }
    const found = countFound(words, guessed)
    stage.result.leaks += found
    const about = `${count(guesses.length)} guesses of the input, the right one among them`
    stage.screen.line(
      '',
      `${about}: of ${count(guessed.length)} roots and states ${found} on the chain`,
    )
  })
}

function tellEnd({ screen, result }: DisputeStage): void {
  const who = result.winner === 'honest' ? 'the lie lost' : 'the lie won'
  screen.line('decided', `${who}: ${result.rounds} rounds, gas ${count(result.gas)} in all`)
}

async function owed({ client, claimBook: address }: DisputeGround): Promise<readonly bigint[]> {
  const accounts = [ACCOUNTS.asserter, ACCOUNTS.challenger].map((index) => accountAt(index).address)
  return await Promise.all(
    accounts.map((account) =>
      client.readContract({ address, abi: claimBookAbi, functionName: 'owedTo', args: [account] }),
    ),
  )
}

function viewOf({ client, claimBook, fromBlock, chainId }: DisputeGround) {
  return { client, claimBook, fromBlock, chainId }
}

function readyLine(report: Extract<Report, { type: 'ready' }>) {
  const isStep = /^\d+$/.test(report.lieAt)
  const where = isStep ? `step ${count(BigInt(report.lieAt))}` : report.lieAt
  const steps = count(BigInt(report.steps))
  return { label: 'run', text: `${steps} steps; the asserter will lie about ${where}` }
}

function claimedLine(report: Extract<Report, { type: 'claimed' }>) {
  return {
    label: 'claim',
    text: `what it gave, for a bond of ${amount(1000n * 10n ** 18n)}`,
    transaction: { gas: BigInt(report.gas), hash: report.hash },
  }
}

function challengedLine(report: Extract<Report, { type: 'challenged' }>) {
  return {
    label: 'challenge',
    text: `somebody who ran it too denies the ${links[report.link]?.toLowerCase()} link`,
    transaction: { gas: BigInt(report.gas), hash: report.hash },
  }
}

const WORDS: Readonly<Record<string, string>> = {
  callTime: 'calls time; what was left has no proof',
  enter: 'enters the position that both signed, without a proof of it',
  enterAndProve: 'proves the step that both signed to be what is left',
}

function told({ sent, signed, peakBytes }: Played) {
  const lines = sent.map(({ side, kind, gas, ms }) => ({
    text: `${side}: ${WORDS[kind] ?? kind}`,
    figures: `gas ${count(gas)} ${duration(ms)}`,
  }))
  if (signed > 0) lines.unshift({ text: `${signed} rounds by signed messages`, figures: ' ' })
  const memory = `the larger of the two processes had ${size(peakBytes)} of memory`
  lines.push({ text: memory, figures: ' ' })
  return lines.map((line, index) => ({ label: index === 0 ? 'game' : '', ...line }))
}

function toContent(json: ContentJson): Claim {
  const { exitCode = '', steps = '', lines = '', inputLength = '', ...hashes } = json
  const numbers = { exitCode, steps, lines, inputLength }
  const values = Object.entries(numbers).map(([key, value]) => [key, BigInt(value)])
  return { ...hashes, ...Object.fromEntries(values) } as Claim
}
