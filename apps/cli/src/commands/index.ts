import type { Command } from 'commander'

/** Every verb of the launcher; each file registers its own verbs with their help and examples. */
const registrations: readonly ((program: Command) => void)[] = []

export function registerCommands(program: Command): void {
  for (const register of registrations) register(program)
}
