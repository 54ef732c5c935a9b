import { CommanderError } from 'commander'
import { EXIT, reportError, UsageError } from './output.ts'
import { createProgram } from './program.ts'
import { toOurs } from './toOurs.ts'

// Whoever reads may stop reading, as `| head` does: nothing is wrong, and nothing is left to say.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(EXIT.done)
})

const json = process.argv.includes('--json')
try {
  await createProgram().parseAsync(process.argv)
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage
    if (json && process.exitCode !== EXIT.done)
      reportError(new UsageError(error.message.replace(/^error: /, '')), json)
  } else {
    process.exitCode = reportError(await toOurs(error), json)
  }
}
