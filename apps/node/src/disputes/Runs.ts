import { toHash } from '@ambrosia/dispute/Claim'
import type { InputPackage } from '@ambrosia/dispute/InputPackage'
import { EndedError, type RunThread, startRun } from '@ambrosia/dispute/process/RunThread'
import type { Hex } from '@ambrosia/primitives/Bytes'
import type { Packages } from './Packages.ts'

/** Runs that are open at the same time, at most: each has hundreds of megabytes. */
const OPEN_RUNS = 3

/** Runs of the guest, each on a thread; those used last stay open. */
export type Runs = {
  /** The run of a package that is kept; undefined where there is none. */
  of(inputRoot: Hex): Promise<RunThread | undefined>
  /** Opens a package and keeps it under its root. */
  add(pack: InputPackage): Promise<RunThread>
  /** Ends all threads, also of runs that are just being opened: whoever waits gets Run.Ended. */
  close(): Promise<void>
}

export function createRuns(packages: Packages, program: () => Promise<string>): Runs {
  const open = new Map<Hex, Promise<RunThread>>()
  let isClosed = false
  const use = async (root: Hex, run: Promise<RunThread>): Promise<RunThread> => {
    if (isClosed) {
      await closeOne(run)
      throw new EndedError()
    }
    open.delete(root)
    open.set(root, run)
    // A run that could not be opened, or whose thread ended, is opened again by the next user.
    run.catch(() => open.get(root) === run && open.delete(root))
    for (const [other, unused] of open) {
      if (open.size <= OPEN_RUNS) break
      open.delete(other)
      void closeOne(unused)
    }
    return run
  }
  return {
    async of(root) {
      const found = open.get(root)
      if (found !== undefined) return use(root, found)
      const pack = await packages.get(root)
      if (pack === undefined) return undefined
      if (isClosed) throw new EndedError()
      // Somebody else may have opened it meanwhile.
      return use(root, open.get(root) ?? program().then((elf) => startRun(elf, pack)))
    },
    async add(pack) {
      const run = await startRun(await program(), pack)
      const root = toHash(run.inputRoot)
      await packages.put(root, pack)
      return use(root, Promise.resolve(run))
    },
    async close() {
      isClosed = true
      const all = [...open.values()]
      open.clear()
      await Promise.all(all.map(closeOne))
    },
  }
}

async function closeOne(run: Promise<RunThread>): Promise<void> {
  await run.then(
    (opened) => opened.close(),
    () => {},
  )
}
