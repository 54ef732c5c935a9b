import { setTimeout as pause } from 'node:timers/promises'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import type { Command } from 'commander'
import { homeOf } from '../environment.ts'
import { show } from '../output.ts'

const STOP_TIMEOUT_MS = 30_000

/** `ambrosia down`: ends what `ambrosia up` started in this home. */
export function define(down: Command): void {
  down
    .addHelpText('after', '\nExample:\n  ambrosia down')
    .action(async (_options: object, command: Command) => {
      const home = homeOf()
      const { isAlive, ownerOf } = await import('@ambrosia/devnet/Owner')
      const pid = ownerOf(home)
      if (pid === undefined) {
        show(command, { stopped: false }, ['no network runs in this home'])
        return
      }
      process.kill(pid, 'SIGTERM')
      const deadline = Date.now() + STOP_TIMEOUT_MS
      while (isAlive(pid)) {
        if (Date.now() > deadline) throw new StillUpError(pid)
        await pause(100)
      }
      show(command, { stopped: true }, ['the network has ended'])
    })
}

export class StillUpError extends AmbrosiaError {
  constructor(pid: number) {
    super('Network.StillUp', `process ${pid} did not end within ${STOP_TIMEOUT_MS / 1000} s`)
  }
}
