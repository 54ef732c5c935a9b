import type { Command } from 'commander'

/** The command of a role, made at its first use: several files add verbs to one role. */
export function groupOf(program: Command, name: string, description: string): Command {
  return (
    program.commands.find((command) => command.name() === name) ??
    program.command(name).description(description)
  )
}

/** True when the caller asked for one JSON object. */
export function wantsJson(command: Command): boolean {
  return command.optsWithGlobals<{ json?: boolean }>().json === true
}

/** Prints a result as JSON, or as lines for people. */
export async function show(
  command: Command,
  result: object,
  lines: readonly string[],
): Promise<void> {
  const { printJson } = await import('./output.ts')
  if (wantsJson(command)) printJson({ ok: true, ...result })
  else process.stdout.write(`${lines.join('\n')}\n`)
}
