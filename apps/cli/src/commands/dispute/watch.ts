import type { Seat } from '@ambrosia/dispute/ClaimBook'
import type { Prover } from '@ambrosia/dispute/process/Prover'
import type { Watcher } from '@ambrosia/dispute/watch'
import { toPlain } from '@ambrosia/primitives/Errors'
import type { Command } from 'commander'
import { homeOf } from '../../environment.ts'
import { address, hostPort, repeated, wholeNumber } from '../../options.ts'
import { progress, show, UsageError } from '../../output.ts'

type Options = {
  rpc: string
  claimBook: `0x${string}`
  program: string
  packages: string
  account?: string
  fromBlock: number
  every: number
  once: boolean
  listen?: { host: string; port: number }
  peer: string[]
}

/** `ambrosia dispute watch`. */
export function define(verb: Command): void {
  verb
    .requiredOption('--rpc <url>', 'node of the chain')
    .requiredOption('--claim-book <address>', 'the ClaimBook', address)
    .requiredOption('--program <elf>', 'the program that claims are about')
    .requiredOption('--packages <folder>', 'packages of claims, each called <input root>.package')
    .option('--account <name>', 'key of the wallet that plays; on a development chain: deployer')
    .option('--from-block <n>', 'block of its deployment', wholeNumber(0, 2 ** 48), 0)
    .option('--every <seconds>', 'time between two looks', wholeNumber(1, 86_400), 12)
    .option('--once', 'look once and end; every move is made on the chain then', false)
    .option('--listen <host:port>', 'take messages of the games over the own claims here', hostPort)
    .option(
      '--peer <account=url>',
      'where the claimant of this account takes messages; repeatable',
      repeated,
      [],
    )
    .addHelpText(
      'after',
      `
Challenges each claim that its own run finds false, and plays every game of the account, on either side. Ended anywhere, it goes on when it is
started again: what it needs is on the chain and in dispute/moves of the home.

Where both sides answer, rounds are played by messages and cost no gas: the claimant listens, and says to those who get the input where; the
challenger names that address with --peer. Without either, or when the other side falls silent, every move is made on the chain. An other side
that signed two positions of one depth has lost: they are shown to the contract.

Example:
  ambrosia dispute watch --rpc https://node.example --claim-book 0x… --program guest.elf --packages ./packages --account watcher`,
    )
    .action(watch)
}

async function watch(options: Options, command: Command): Promise<void> {
  const { pause } = await import('@ambrosia/chain/follow')
  const { watchOnce } = await import('@ambrosia/dispute/watch')
  const peers = peersOf(options.peer)
  const stopping = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort())
  const { watcher, close } = await open(options, peers, stopping.signal)
  try {
    for (;;) {
      const watched = await watchOnce(watcher)
      for (const game of watched.challenged) progress(`a false claim is challenged: game ${game}`)
      for (const { id, error } of watched.troubles) progress(`${id}: ${toPlain(error).message}`)
      if (options.once || stopping.signal.aborted) {
        const { open, unknown, challenged, playing, troubles } = watched
        const { claimBook } = options
        const counts = { open, unknown, challenged, playing, troubles: troubles.length }
        show(command, { claimBook, ...counts }, [
          `${open} claims can be challenged, ${unknown} of them without their input here`,
          `${challenged.length} challenged now, ${playing} games go on`,
        ])
        return
      }
      await pause(options.every * 1000, stopping.signal)
    }
  } finally {
    stopping.abort()
    await close()
  }
}

/** What it watches with. */
async function open(options: Options, peers: Map<string, string>, signal: AbortSignal) {
  const { join } = await import('node:path')
  const { createPublicClient, http } = await import('viem')
  const { reach } = await import('@ambrosia/chain/errors')
  const { moveFiles } = await import('@ambrosia/dispute/process/moveFiles')
  const { startProver } = await import('@ambrosia/dispute/process/Prover')
  const { deployingAccount } = await import('../deploy/account.ts')
  const client = createPublicClient({ transport: http(options.rpc), cacheTime: 0 })
  const chainId = await reach(() => client.getChainId())
  const account = await deployingAccount(options.account, chainId)
  const { claimBook, listen } = options
  const seat: Seat = { chainId, claimBook, client, account, fromBlock: BigInt(options.fromBlock) }
  const letters = options.once
    ? undefined
    : await (await import('./letters.ts')).openTalks(seat, {
        ...(listen && { listen }),
        ...{ peers, signal, onTold: progress },
      })
  if (letters?.url !== undefined) progress(`messages are taken at ${letters.url}`)
  const runs = await openRuns(options)
  let prover: Prover | undefined
  const watcher: Watcher = {
    seat,
    store: moveFiles(join(homeOf(), 'dispute', 'moves')),
    runFor: runs.of,
    prove: (circuit, input) => {
      prover ??= startProver({ onProgress: progress })
      return prover.prove(circuit, input)
    },
    onSent: (what, { transactionHash }) => progress(`${what}: ${transactionHash}`),
    ...(letters && { talks: letters.talks }),
  }
  return {
    watcher,
    async close() {
      await letters?.talks.idle()
      await letters?.close()
      await runs.close()
      await prover?.stop()
    },
  }
}

/** @throws Cli.Usage */
function peersOf(pairs: readonly string[]): Map<string, string> {
  return new Map(
    pairs.map((pair) => {
      const [, account, url] = /^(0x[0-9a-fA-F]{40})=(https?:\/\/.+)$/.exec(pair) ?? []
      if (account === undefined || url === undefined || !URL.canParse(url)) {
        throw new UsageError(`--peer takes an account, = and a URL, not ${pair}`)
      }
      return [account.toLowerCase(), url]
    }),
  )
}

/** Runs of the packages in a folder, each opened when a claim first names its root. */
async function openRuns({ program, packages }: Options) {
  const { existsSync, readFileSync } = await import('node:fs')
  const { join, resolve } = await import('node:path')
  const { programIdOf } = await import('@ambrosia/dispute/process/programIdOf')
  const { startRun } = await import('@ambrosia/dispute/process/RunThread')
  const { fromBytes } = await import('@ambrosia/dispute/InputPackage')
  const { readNamed } = await import('../../namedFiles.ts')
  const programId = await programIdOf(readNamed(program))
  const open = new Map<string, Awaited<ReturnType<typeof startRun>>>()
  return {
    of: async (content: { programId: string; inputRoot: string }) => {
      const file = join(packages, `${content.inputRoot}.package`)
      if (content.programId !== programId || !existsSync(file)) return undefined
      const pack = fromBytes(new Uint8Array(readFileSync(file)))
      const run = open.get(content.inputRoot) ?? (await startRun(resolve(program), pack))
      open.set(content.inputRoot, run)
      return run
    },
    close: async () => void (await Promise.all([...open.values()].map((run) => run.close()))),
  }
}
