/**
 * Runs several test files as suites of one process; the runner gives their paths as arguments. Each
 * file's hooks are its own: they belong to the suite that imports it.
 */
import { AsyncResource } from 'node:async_hooks'
import { describe } from 'node:test'
import { pathToFileURL } from 'node:url'

let last: Promise<unknown> = Promise.resolve()
for (const path of process.argv.slice(2)) {
  describe(path, () => {
    // One after the other: files that wait for a module together would all go on within the suite
    // of the first. The suite is what node finds by where the import begins.
    const suite = new AsyncResource('suite')
    const load = () => suite.runInAsyncScope(() => import(pathToFileURL(path).href))
    const loaded = last.then(load)
    last = loaded.catch(() => {})
    return loaded
  })
}
