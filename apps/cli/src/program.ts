import { Command, type Option } from 'commander'
import { addEntries, type Entry } from './commands/Entry.ts'
import { COMMANDS } from './commands/index.ts'
import { DEMOS } from './demos/index.ts'

/** `ambrosia help deal create` is `ambrosia deal create --help`. */
const HELP: Entry = {
  name: 'help',
  group: 'Tools:',
  description: 'the same as --help behind a command',
  load: async () => ({
    define: (help) => {
      help.argument('[words...]', 'command').action(async (words: string[]) => {
        await createProgram().parseAsync([...words, '--help'], { from: 'user' })
      })
    },
  }),
}

const AFTER_HELP = `
Start with: ambrosia demo. Every command has --help with an example.
Exit codes: 0 done, 1 refused or failed, 2 wrong use, 3 a service is unreachable, 130 interrupted.`

/** The whole command line. Only what is called gets loaded. */
export function createProgram(): Command {
  const program = new Command('ambrosia')
    .description('Own, sell and use health records under signed consent.')
    .version('0.1.0')
    .option('--json', 'print one JSON object as the last line of standard output')
    .showHelpAfterError('(add --help for the options and examples)')
    .exitOverride()
    .configureHelp({
      showGlobalOptions: true,
      optionDescription: (option) =>
        `${option.description}${option.mandatory ? ' (required)' : ''}${defaultOf(option)}`,
    })
    .addHelpText('after', AFTER_HELP)
  const demos = DEMOS.filter(({ noun }) => noun === undefined)
  addEntries(program, [...demos, ...COMMANDS.map(withDemo), HELP])
  return program
}

/** The default value of an option, as its help shows it. */
function defaultOf({ defaultValue, defaultValueDescription }: Option): string {
  if (defaultValueDescription !== undefined) return ` (default: ${defaultValueDescription})`
  const isTold = defaultValue !== undefined && defaultValue !== false && defaultValue !== ''
  if (!isTold || (Array.isArray(defaultValue) && defaultValue.length === 0)) return ''
  return ` (default: ${JSON.stringify(defaultValue)})`
}

/** A noun with the demonstrations that belong to it. */
function withDemo(entry: Entry): Entry {
  const demos = DEMOS.filter(({ noun }) => noun === entry.name)
  if (demos.length === 0) return entry
  return {
    ...entry,
    load: async () => {
      const { define } = await entry.load()
      return {
        define: (command) => {
          define(command)
          addEntries(command, demos)
        },
      }
    },
  }
}
