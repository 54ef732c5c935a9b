import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { assertNoOwner, claimHome } from '../Owner.ts'

/**
 * What of a home belongs to one run of a network; keys of persons and deliveries stay. A development chain starts anew each time, so
 * what services remembered of the last one is of no use.
 */
const RUN_PARTS = /^(chain|issuer|store|oracle-[1-5]|logs|network\.json)$/

/** Takes a home for this process and clears what an earlier run left; `fresh` clears all of it. @throws Network.AlreadyUp */
export function prepareHome(home: string, fresh: boolean): void {
  assertNoOwner(home)
  if (fresh) rmSync(home, { recursive: true, force: true })
  mkdirSync(home, { recursive: true, mode: 0o700 })
  claimHome(home)
  for (const name of readdirSync(home)) {
    if (RUN_PARTS.test(name)) rmSync(join(home, name), { recursive: true, force: true })
  }
}
