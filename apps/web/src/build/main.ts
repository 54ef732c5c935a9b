/** Builds the page: `main.ts FOLDER`. Runs with the packages of the group `page`. */
import { buildPage } from './build.ts'

const [folder] = process.argv.slice(2)
if (folder === undefined) {
  process.stderr.write('usage: main.ts FOLDER\n')
  process.exitCode = 2
} else {
  await buildPage(folder)
}
