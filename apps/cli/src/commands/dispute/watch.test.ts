// Two `ambrosia dispute watch` against each other, over a chain and signed letters, each a process
// of its own. One lies, in a claim of its own and against a true one, both at once; the honest one
// is killed on the way and started again.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, it } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { claimBookAbi, GameStatus } from '@ambrosia/chain/abi/dispute'
import { medTokenAbi } from '@ambrosia/chain/abi/token'
import { send } from '@ambrosia/chain/send'
import * as Claim from '@ambrosia/dispute/Claim'
import { readGames, readPosition, type Seat } from '@ambrosia/dispute/ClaimBook'
import * as InputPackage from '@ambrosia/dispute/InputPackage'
import { lieAbout } from '@ambrosia/dispute/liars'
import { openRun, type Run } from '@ambrosia/dispute/Run'
import { startDispute, type TestDispute, testRules } from '@ambrosia/dispute/testing/startDispute'
import { storingElf, storingProgram } from '@ambrosia/dispute/testing/storingProgram'
import { defer, type Ending, endOfSuite } from '@ambrosia/testing/defer'
import { freePorts } from '@ambrosia/testing/freePorts'
import { useFolder } from '@ambrosia/testing/useFolder'
import { type Hex, parseEther } from 'viem'
import { MAIN } from '../../testing/runCli.ts'
import { openWallet } from '../../wallet/Wallet.ts'

const LYING = new URL('../../testing/lyingRuns.mjs', import.meta.url).href
/** Of a claim over 2^20 steps: long after the program has stopped. */
const LIE = 700_000n
const WAIT_MS = 240_000

const end = endOfSuite()
let dispute: TestDispute
let run: Run
let program: string
let packages: string

before(async () => {
  dispute = await startDispute(end)
  const folder = useFolder(end)
  packages = join(folder, 'packages')
  program = join(folder, 'program.elf')
  writeFileSync(program, storingElf(1000))
  const salt = new Uint8Array(32).fill(9)
  const pack = { input: new TextEncoder().encode('a private input'), inputSalt: salt, salt }
  run = await openRun(storingProgram(1000), pack)
  mkdirSync(packages)
  const file = `${Claim.toHash(run.inputRoot)}.package`
  writeFileSync(join(packages, file), InputPackage.toBytes(pack))
  await give(dispute.seat(0).account.address)
})

async function give(to: Hex): Promise<void> {
  const { client, account } = dispute.seat(6)
  const token = { address: dispute.contracts.medToken, abi: medTokenAbi } as const
  await send(client, account, {
    ...token,
    functionName: 'transfer',
    args: [to, parseEther('5000')],
  })
  await dispute.test.setBalance({ address: to, value: parseEther('10') })
}

/** A home with an account of its own that can pay. */
async function makeHome(): Promise<{ home: string; seat: Seat }> {
  const home = useFolder(end)
  const account = (await openWallet(home)).account('player')
  await give(account.address)
  return { home, seat: { ...dispute.seat(6), account } }
}

/**
 * The command at a home, which goes on until it is ended; without an account it is the deployer.
 */
function watch(t: Ending, home: string, { more, lies }: { more: string[]; lies: boolean }) {
  const seat = dispute.seat(0)
  const args = [
    ...['dispute', 'watch', '--rpc', dispute.url, '--claim-book', seat.claimBook],
    ...['--program', program, '--packages', packages, '--every', '1', ...more],
  ]
  const hook = lies ? ['--import', LYING] : []
  const env = { ...process.env, AMBROSIA_HOME: home, AMBROSIA_TEST_LIE_AT: String(LIE) }
  const child = spawn(process.execPath, [...hook, MAIN, ...args], { env })
  const said = { text: '' }
  const hear = (data: Buffer) => {
    said.text += data
  }
  child.stdout.on('data', hear)
  child.stderr.on('data', hear)
  const closed = new Promise<void>((done) => child.once('close', () => done()))
  const stop = async (signal: NodeJS.Signals) => {
    child.kill(signal)
    await closed
    return child.exitCode ?? child.signalCode
  }
  defer(t, async () => void (await stop('SIGKILL')))
  return { said, stop, isRunning: () => child.exitCode === null }
}

type Watching = ReturnType<typeof watch>

/** @param of processes that have to live meanwhile */
async function until<T>(what: string, of: Watching[], look: () => T | Promise<T>): Promise<T> {
  for (const endMs = Date.now() + WAIT_MS; Date.now() < endMs; await pause(50)) {
    const found = await look()
    if (found) return found
    for (const { said, isRunning } of of) assert.ok(isRunning(), `${what}: ${said.text}`)
  }
  assert.fail(`timed out waiting for ${what}: ${of.map(({ said }) => said.text).join('\n---\n')}`)
}

async function heard(by: Watching, words: RegExp): Promise<RegExpExecArray> {
  return (await until(String(words), [by], () => words.exec(by.said.text))) as RegExpExecArray
}

/**
 * Waits until a player has kept something of this kind in a home: it is in the middle of a game.
 */
function kept(home: string, part: string, of: Watching[]): Promise<boolean> {
  const moves = join(home, 'dispute', 'moves')
  const isThere = () => existsSync(moves) && readdirSync(moves).some((file) => file.includes(part))
  return until(`${part} among the moves`, of, isThere)
}

async function gameOf(claim: Hex, of: Watching[]): Promise<Hex> {
  const seat = dispute.seat(0)
  const [game] = (await until('a game', of, async () => {
    const games = await readGames(seat, claim)
    return games.length > 0 && games
  })) as [Hex]
  return game
}

async function ends(game: Hex, status: number, of: Watching[]): Promise<void> {
  const seat = dispute.seat(0)
  const isEnded = async () => (await readPosition(seat, game)).game.status === status
  await until(`game status ${status}`, of, isEnded)
}

/** States that were posted on the chain: none where a game was played by letters. */
async function posted(game: Hex): Promise<number> {
  const { client, claimBook: address, fromBlock } = dispute.seat(0)
  const event = { abi: claimBookAbi, eventName: 'StatesPosted', args: { game } } as const
  return (await client.getContractEvents({ address, fromBlock, ...event })).length
}

it('a player that lies on both sides meets one that is killed and comes back, and loses twice', async (t) => {
  const truth = { ...(await Claim.claimOf(run, testRules())), steps: 2n ** 20n }
  const told = await lieAbout(truth, { run, other: run, lie: LIE })
  const { home, seat } = await makeHome()
  const lie = await dispute.claim(dispute.seat(0), told.content)
  const fact = await dispute.claim(seat, truth)
  const listen = (host: string) => ['--listen', host]
  const peer = (claimant: Hex, url: string) => ['--peer', `${claimant}=${url}`]
  // Each names the other's address, and either may be the first to have one.
  const [port] = await freePorts(1)
  const url = `http://127.0.0.1:${port}`
  const liar = watch(t, useFolder(t), {
    more: [...listen('127.0.0.1:0'), ...peer(fact.claimant, url)],
    lies: true,
  })
  const [, liarUrl] = await heard(liar, /messages are taken at (\S+)/)
  const more = ['--account', 'player', ...listen(`127.0.0.1:${port}`)]
  more.push(...peer(lie.claimant, liarUrl as string))
  const dying = watch(t, home, { more, lies: false })
  await kept(home, '-signed-', [dying, liar])
  assert.equal(await dying.stop('SIGKILL'), 'SIGKILL')
  const honest = watch(t, home, { more, lies: false })
  const both = [honest, liar]

  const [about, against] = [await gameOf(lie.id, both), await gameOf(fact.id, both)]
  await ends(against, GameStatus.AsserterWon, both)
  await ends(about, GameStatus.Prove, both)
  assert.equal((await readPosition(seat, about)).game.low, LIE)
  await dispute.advance(5000)
  await ends(about, GameStatus.ChallengerWon, both)
  assert.deepEqual([await posted(about), await posted(against)], [0, 0], 'rounds were letters')
  for (const move of [/callTime/, /enterAndProve/]) assert.match(honest.said.text, move)
  assert.deepEqual([await honest.stop('SIGINT'), await liar.stop('SIGINT')], [0, 0])
})
