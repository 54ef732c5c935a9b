import { setTimeout as pause } from 'node:timers/promises'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import type { Command } from 'commander'
import { wholeNumber } from '../arguments.ts'
import { show } from '../group.ts'
import { homeOf } from '../home.ts'
import { progress } from '../output.ts'

const STOP_TIMEOUT_MS = 30_000

/** `ambrosia up` and `ambrosia down`: a development network that stays. */
export function register(program: Command): void {
  program
    .command('up')
    .description('start a development network and keep it until Ctrl-C or ambrosia down')
    .option('--oracles <n>', 'how many oracles, 1 to 5', wholeNumber(1, 5), 3)
    .option('--fresh', 'delete the home first, wallet included')
    .addHelpText('after', '\nExample:\n  ambrosia up &\n  ambrosia deal list\n  ambrosia down')
    .action(async (options: { oracles: number; fresh?: boolean }, command: Command) => {
      const home = homeOf()
      const stopping = new AbortController()
      for (const signal of ['SIGINT', 'SIGTERM'] as const)
        process.once(signal, () => stopping.abort())
      const { start } = await import('@ambrosia/devnet/Network')
      const { portsOf } = await import('../ports.ts')
      const network = await start({
        home,
        ports: portsOf(process.env),
        oracleCount: options.oracles,
        fresh: options.fresh ?? false,
        onStep: (step) => progress(`starting: ${step}`),
        signal: stopping.signal,
      })
      const { file } = network
      await show(command, { network: file }, [
        `chain    ${file.rpcUrl}`,
        `issuer   ${file.services.issuer}   ${network.issuerDid}`,
        `store    ${file.services.store}`,
        ...file.services.oracles.map(
          (url, index) => `oracle   ${url}   ${network.operators[index]}`,
        ),
        `home     ${home}   (network.json, logs)          Ctrl-C ends`,
      ])
      await new Promise<void>((done) => {
        if (stopping.signal.aborted) done()
        stopping.signal.addEventListener('abort', () => done(), { once: true })
      })
      await network.stop()
    })
  program
    .command('down')
    .description('end the network that ambrosia up started in this home')
    .addHelpText('after', '\nExample:\n  ambrosia down')
    .action(async (_options: object, command: Command) => {
      const home = homeOf()
      const { isAlive, ownerOf } = await import('@ambrosia/devnet/Owner')
      const pid = ownerOf(home)
      if (pid === undefined) {
        await show(command, { stopped: false }, ['no network runs in this home'])
        return
      }
      process.kill(pid, 'SIGTERM')
      const deadline = Date.now() + STOP_TIMEOUT_MS
      while (isAlive(pid)) {
        if (Date.now() > deadline) throw new StillUpError(pid)
        await pause(100)
      }
      await show(command, { stopped: true }, ['the network has ended'])
    })
}

export class StillUpError extends AmbrosiaError {
  constructor(pid: number) {
    super('Network.StillUp', `process ${pid} did not end within ${STOP_TIMEOUT_MS / 1000} s`)
  }
}
