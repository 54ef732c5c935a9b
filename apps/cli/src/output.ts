import { AmbrosiaError, toPlain } from '@ambrosia/primitives/Errors'
import type { Command } from 'commander'

/** Exit codes of every command. */
export const EXIT = { done: 0, failed: 1, usage: 2, unreachable: 3, interrupted: 130 } as const

/** Prints the one JSON object that ends standard output under `--json`. */
export function printJson(result: object): void {
  process.stdout.write(`${JSON.stringify({ version: 1, ...result })}\n`)
}

/** True when the caller asked for one JSON object. */
export function wantsJson(command: Command): boolean {
  return command.optsWithGlobals<{ json?: boolean }>().json === true
}

/** Shows the result of a command: as one JSON object, or as lines for people. */
export function show(command: Command, result: object, lines: readonly string[]): void {
  if (wantsJson(command)) printJson({ ok: true, ...result })
  else for (const line of lines) process.stdout.write(`${line}\n`)
}

/** A line of progress on standard error, so that standard output stays for results. */
export function progress(text: string): void {
  process.stderr.write(`${text}\n`)
}

/** A wrong use of the command line: exit code 2. */
export class UsageError extends AmbrosiaError {
  constructor(message: string, hint = 'Run the command with --help.') {
    super('Cli.Usage', message, { hint })
  }
}

/** A command that did its work and found a refusal to report: exit code 1 after its own output. */
export class RefusedError extends AmbrosiaError {
  constructor(code: string, message: string, hint?: string) {
    super(code, message, { hint })
  }
}

/** The exit code that belongs to an error. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof AmbrosiaError)) return EXIT.failed
  if (error.code.startsWith('Cli.')) return EXIT.usage
  if (error.code.endsWith('.Unreachable')) return EXIT.unreachable
  return error.code === 'Interrupted' ? EXIT.interrupted : EXIT.failed
}

/** Shows an error the way the caller asked for and returns the exit code. A stack is shown for foreign errors only. */
export function reportError(error: unknown, json: boolean): number {
  const plain = toPlain(error)
  if (json) {
    process.stdout.write(`${JSON.stringify({ version: 1, ok: false, error: plain })}\n`)
  } else {
    process.stderr.write(`error ${plain.code}: ${plain.message}\n`)
    if (plain.hint !== '') process.stderr.write(`  ${plain.hint}\n`)
    if (!(error instanceof AmbrosiaError) && error instanceof Error) {
      process.stderr.write(`${error.stack ?? ''}\n`)
    }
  }
  return exitCodeOf(error)
}
