/**
 * Runs several test files as suites of one process; the runner gives their paths as arguments. Each
 * file's hooks are its own: they belong to the suite that imports it.
 */
import { describe } from 'node:test'
import { pathToFileURL } from 'node:url'

for (const path of process.argv.slice(2)) {
  describe(path, async () => {
    await import(pathToFileURL(path).href)
  })
}
