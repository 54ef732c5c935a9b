import {
  closeSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'

const HEARTBEAT_MS = 2000
const STALE_MS = 30_000
const POLL_MS = 200

/**
 * Runs the step while holding a lock file, so that two runs at once do not write the same folder. A
 * lock whose process is gone, or which has not been touched for 30 seconds, is taken over.
 */
export async function withLock(path, step) {
  let isWaiting = false
  while (!tryTake(path)) {
    if (!isWaiting) process.stderr.write('set up    another run is setting up; waiting for it\n')
    isWaiting = true
    await sleep(POLL_MS)
  }
  const heartbeat = setInterval(() => touch(path), HEARTBEAT_MS)
  heartbeat.unref()
  try {
    return await step()
  } finally {
    clearInterval(heartbeat)
    rmSync(path, { force: true })
  }
}

/** A lock that somebody removed is not worth failing the step for. */
function touch(path) {
  try {
    utimesSync(path, new Date(), new Date())
  } catch {}
}

function tryTake(path) {
  try {
    const file = openSync(path, 'wx')
    writeSync(file, JSON.stringify({ pid: process.pid, host: hostname() }))
    closeSync(file)
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
  }
  removeIfStale(path)
  return false
}

function removeIfStale(path) {
  try {
    const text = readFileSync(path, 'utf8')
    const isOld = Date.now() - statSync(path).mtimeMs > STALE_MS
    if (!isOld && isHolderAlive(text)) return
    // Only one of several waiting runs wins the rename; the others find nothing and wait for the
    // winner.
    const aside = `${path}.${process.pid}`
    renameSync(path, aside)
    rmSync(aside, { force: true })
  } catch (error) {
    if (error.code !== 'ENOENT') throw error
  }
}

function isHolderAlive(text) {
  try {
    const { pid, host } = JSON.parse(text)
    if (host !== hostname()) return true
    process.kill(pid, 0)
    return true
  } catch (error) {
    // An empty file is one being written just now; its age decides.
    return error.code !== 'ESRCH'
  }
}
