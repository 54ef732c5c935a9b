import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { uptime } from 'node:os'
import { join } from 'node:path'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'

const PID_FILE = 'up.pid'

/**
 * Clocks are set and read to the second; a claim this much before the start of the machine is still
 * of this run of it.
 */
const BOOT_SLACK_MS = 60_000

/**
 * The process that runs a network in this home, or undefined; what a process left that ended
 * without a word is removed. Process ids are given again after the machine was started anew, so a
 * claim from before that is nobody's.
 */
export function ownerOf(home: string): number | undefined {
  const path = join(home, PID_FILE)
  if (!existsSync(path)) return undefined
  const pid = Number(readFileSync(path, 'utf8'))
  const bootedAt = Date.now() - uptime() * 1000
  const isOfThisRun = statSync(path).mtimeMs > bootedAt - BOOT_SLACK_MS
  if (Number.isSafeInteger(pid) && pid > 0 && isOfThisRun && isAlive(pid)) return pid
  rmSync(path, { force: true })
  return undefined
}

/** Two networks in one home would delete each other's databases. @throws Network.AlreadyUp */
export function assertNoOwner(home: string): void {
  const pid = ownerOf(home)
  if (pid !== undefined) throw new AlreadyUpError(pid)
}

/** Takes the home for this process; of two at once one wins. @throws Network.AlreadyUp */
export function claimHome(home: string): void {
  assertNoOwner(home)
  try {
    writeFileSync(join(home, PID_FILE), `${process.pid}\n`, { flag: 'wx' })
  } catch (error) {
    assertNoOwner(home)
    throw error
  }
}

export function releaseHome(home: string): void {
  rmSync(join(home, PID_FILE), { force: true })
}

export function isAlive(pid: number): boolean {
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
