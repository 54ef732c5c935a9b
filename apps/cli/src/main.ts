import { Command, CommanderError } from 'commander'
import { registerCommands } from './commands/index.ts'
import { EXIT, reportError, UsageError } from './output.ts'
import { toOurs } from './toOurs.ts'

const program = new Command('ambrosia')
  .description('Own, sell and use health records under signed consent.')
  .version('0.1.0')
  .option('--json', 'print one JSON object as the last line of standard output')
  .showHelpAfterError('(add --help for the options and examples)')
  .exitOverride()

registerCommands(program)

const json = process.argv.includes('--json')
try {
  await program.parseAsync(process.argv)
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage
    if (json && process.exitCode !== EXIT.done)
      reportError(new UsageError(error.message.replace(/^error: /, '')), json)
  } else {
    process.exitCode = reportError(await toOurs(error), json)
  }
}
