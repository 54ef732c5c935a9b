import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import type { Command } from 'commander'
import { show } from '../group.ts'
import { homeOf } from '../home.ts'
import { progress } from '../output.ts'

const PID_FILE = 'up.pid'
const STOP_TIMEOUT_MS = 30_000

/** `ambrosia up` and `ambrosia down`: a development network that stays. */
export function register(program: Command): void {
  program
    .command('up')
    .description('start a development network and keep it until Ctrl-C or ambrosia down')
    .option('--oracles <n>', 'how many oracles', '3')
    .option('--fresh', 'delete the home first, wallet included')
    .addHelpText('after', '\nExample:\n  ambrosia up &\n  ambrosia deal list\n  ambrosia down')
    .action(async (options: { oracles: string; fresh?: boolean }, command: Command) => {
      const home = homeOf()
      const running = runningPid(home)
      if (running !== undefined) throw new AlreadyUpError(running)
      const { start } = await import('@ambrosia/devnet/Network')
      const { portsOf } = await import('../ports.ts')
      const network = await start({
        home,
        ports: portsOf(process.env),
        oracleCount: Number(options.oracles),
        fresh: options.fresh ?? false,
        onStep: (step) => progress(`starting: ${step}`),
      })
      writeFileSync(join(home, PID_FILE), `${process.pid}\n`)
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
        process.once('SIGINT', () => done())
        process.once('SIGTERM', () => done())
      })
      rmSync(join(home, PID_FILE), { force: true })
      await network.stop()
    })
  program
    .command('down')
    .description('end the network that ambrosia up started in this home')
    .action(async (_options: object, command: Command) => {
      const home = homeOf()
      const pid = runningPid(home)
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

function runningPid(home: string): number | undefined {
  const path = join(home, PID_FILE)
  if (!existsSync(path)) return undefined
  const pid = Number(readFileSync(path, 'utf8'))
  if (Number.isSafeInteger(pid) && pid > 0 && isAlive(pid)) return pid
  rmSync(path, { force: true })
  return undefined
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

export class AlreadyUpError extends AmbrosiaError {
  constructor(pid: number) {
    super('Network.AlreadyUp', `a network runs in this home already (process ${pid})`, {
      hint: 'End it with ambrosia down, or set AMBROSIA_HOME to another folder.',
    })
  }
}

export class StillUpError extends AmbrosiaError {
  constructor(pid: number) {
    super('Network.StillUp', `process ${pid} did not end within ${STOP_TIMEOUT_MS / 1000} s`)
  }
}
