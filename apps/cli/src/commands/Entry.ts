import type { Command } from 'commander'

/** A word of the command line: what its help says in the list, and the module that defines it, loaded when it is called. */
export type Entry = {
  name: string
  description: string
  /** Heading that the top-level help lists it under. */
  group?: string
  load: () => Promise<{ define(command: Command): void }>
}

/**
 * Adds words below a command. Only their names and descriptions exist until one is called: its arguments, options, examples
 * and action come from `define` of its module, so that no command pays for the others.
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
    define(called)
    giveNegatedDefaults(called)
  })
}

/** `--no-x` alone means that x is true by default; commander sets that before a hook could have added the option. */
function giveNegatedDefaults(command: Command): void {
  for (const option of command.options) {
    const name = option.attributeName()
    if (option.negate && command.getOptionValue(name) === undefined)
      command.setOptionValueWithSource(name, true, 'default')
  }
}
