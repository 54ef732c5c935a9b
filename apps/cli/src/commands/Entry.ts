import type { Command } from 'commander'
import { jsonHelp } from './jsonForms.ts'

/**
 * A word of the command line: what its help says in the list, and the module that defines it,
 * loaded when it is called.
 */
export type Entry = {
  name: string
  description: string
  /** Heading that the top-level help lists it under. */
  group?: string
  load: () => Promise<{ define(command: Command): void }>
}

/**
 * Adds words below a command. Only their names and descriptions exist until one is called: its
 * arguments, options, examples and action come from `define` of its module, so that no command pays
 * for the others.
 */
export function addEntries(parent: Command, entries: readonly Entry[]): void {
  parent.helpCommand(false)
  for (const { name, description, group } of entries) {
    const command = parent.command(name).description(description)
    if (group !== undefined) command.helpGroup(group)
  }
  parent.hook('preSubcommand', async (_parent, called) => {
    const entry = entries.find(({ name }) => name === called.name())
    if (entry === undefined) return
    const { define } = await entry.load()
    let help = ''
    const addHelpText = called.addHelpText.bind(called)
    called.addHelpText = (position, text) => {
      help += String(text)
      return addHelpText(position, text as string)
    }
    define(called)
    called.addHelpText = addHelpText
    // What is called itself, and does not speak of --json, is told what it prints under it.
    if (called.commands.length === 0 && !help.includes('With --json'))
      called.addHelpText('after', `\n${jsonHelp(wordsOf(called))}`)
    giveNegatedDefaults(called)
  })
}

/** The words that call a command, without the program's own. */
function wordsOf(command: Command): string {
  const words: string[] = []
  for (let one: Command | null = command; one?.parent; one = one.parent) words.unshift(one.name())
  return words.join(' ')
}

/**
 * `--no-x` alone means that x is true by default; commander sets that before a hook could have
 * added the option.
 */
function giveNegatedDefaults(command: Command): void {
  for (const option of command.options) {
    const name = option.attributeName()
    if (option.negate && command.getOptionValue(name) === undefined)
      command.setOptionValueWithSource(name, true, 'default')
  }
}
