import { AmbrosiaError, toPlain } from '@ambrosia/primitives/Errors'
import type { Command } from 'commander'

/** Exit codes of every command. */
export const EXIT = { done: 0, failed: 1, usage: 2, unreachable: 3, interrupted: 130 } as const

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const STEERING = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g

/** Prints the one JSON object that ends standard output under `--json`. */
export function printJson(result: object): void {
  process.stdout.write(`${JSON.stringify({ version: 1, ...result })}\n`)
}

/** True when the caller asked for one JSON object. */
export function wantsJson(command: Command): boolean {
  return command.optsWithGlobals<{ json?: boolean }>().json === true
}

/**
 * Shows the result of a command: as one JSON object, or as lines for people.
 * @param whenEmpty what a list without entries says, and what to do then
 */
export function show(
  command: Command,
  result: object,
  lines: readonly string[],
  whenEmpty?: string,
): void {
  if (wantsJson(command)) printJson({ ok: true, ...result })
  else if (lines.length === 0 && whenEmpty !== undefined) process.stdout.write(`${whenEmpty}\n`)
  else for (const line of lines) process.stdout.write(`${printable(line)}\n`)
}

/**
 * A text without what would steer a terminal: control characters but line ends and tabs, and marks
 * that turn the direction of writing. Titles and names come from others.
 */
export function printable(text: string): string {
  return text.replace(STEERING, '\ufffd')
}

/** A line of progress on standard error, so that standard output stays for results. */
export function progress(text: string): void {
  process.stderr.write(`${printable(text)}\n`)
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
  // An option of synth that the generator refuses is a wrong use like any other.
  if (error.code.startsWith('Cli.') || error.code === 'Generator.Option') return EXIT.usage
  if (error.code.endsWith('.Unreachable')) return EXIT.unreachable
  return error.code === 'Interrupted' ? EXIT.interrupted : EXIT.failed
}

/**
 * Shows an error the way the caller asked for and returns the exit code. A stack is shown for
 * foreign errors only.
 */
export function reportError(error: unknown, json: boolean): number {
  const plain = toPlain(error)
  if (json) {
    process.stdout.write(`${JSON.stringify({ version: 1, ok: false, error: plain })}\n`)
  } else {
    process.stderr.write(printable(`error ${plain.code}: ${plain.message}\n`))
    if (plain.hint !== '') process.stderr.write(`  ${plain.hint}\n`)
    if (!(error instanceof AmbrosiaError) && error instanceof Error) {
      process.stderr.write(`${error.stack ?? ''}\n`)
    }
  }
  return exitCodeOf(error)
}
