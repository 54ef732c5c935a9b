import { Command, CommanderError } from 'commander'
import { registerCommands } from './commands/index.ts'
import { EXIT, reportError } from './output.ts'

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
  } else {
    process.exitCode = reportError(error, json)
  }
}
