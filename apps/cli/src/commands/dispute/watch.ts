import type { Command } from 'commander'
import { homeOf } from '../../environment.ts'
import { address, wholeNumber } from '../../options.ts'
import { progress, show } from '../../output.ts'

type Options = {
  rpc: string
  claimBook: `0x${string}`
  program: string
  packages: string
  account?: string
  fromBlock: number
  every: number
  once: boolean
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
    .option('--once', 'look once and end', false)
    .addHelpText(
      'after',
      `
Challenges each claim that its own run finds false, and plays every game of the account, on either side. Ended anywhere, it goes on when it is
started again: what it needs is on the chain and in dispute/moves of the home.

Example:
  ambrosia dispute watch --rpc https://node.example --claim-book 0x… --program guest.elf --packages ./packages --account watcher`,
    )
    .action(watch)
}

async function watch(options: Options, command: Command): Promise<void> {
  const { join } = await import('node:path')
  const { createPublicClient, http } = await import('viem')
  const { pause } = await import('@ambrosia/chain/follow')
  const { reach } = await import('@ambrosia/chain/errors')
  const { moveFiles } = await import('@ambrosia/dispute/process/moveFiles')
  const { startProver } = await import('@ambrosia/dispute/process/Prover')
  const { watchOnce } = await import('@ambrosia/dispute/watch')
  const { deployingAccount } = await import('../deploy/account.ts')
  const client = createPublicClient({ transport: http(options.rpc), cacheTime: 0 })
  const chainId = await reach(() => client.getChainId())
  const { claimBook } = options
  const account = await deployingAccount(options.account, chainId)
  const runs = await openRuns(options)
  const stopping = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort())
  let prover: ReturnType<typeof startProver> | undefined
  try {
    for (;;) {
      const watched = await watchOnce({
        seat: { chainId, claimBook, client, account, fromBlock: BigInt(options.fromBlock) },
        store: moveFiles(join(homeOf(), 'dispute', 'moves')),
        runFor: runs.of,
        prove: (circuit, input) => {
          prover ??= startProver({ onProgress: progress })
          return prover.prove(circuit, input)
        },
        onSent: (what, { transactionHash }) => progress(`${what}: ${transactionHash}`),
      })
      for (const game of watched.challenged) progress(`a false claim is challenged: game ${game}`)
      if (options.once || stopping.signal.aborted) {
        const { open, unknown, challenged, playing } = watched
        show(command, { claimBook, open, unknown, challenged, playing }, [
          `${open} claims can be challenged, ${unknown} of them without their input here`,
          `${challenged.length} challenged now, ${playing} games go on`,
        ])
        return
      }
      await pause(options.every * 1000, stopping.signal)
    }
  } finally {
    await runs.close()
    await prover?.stop()
  }
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
