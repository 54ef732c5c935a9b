import type { Command } from 'commander'
import { registerServe } from './vcApi.ts'

/** `ambrosia issuer`: what hospitals and their software do. */
export function register(program: Command): void {
  const issuer = program.command('issuer').description('Issue credentials.')
  registerServe(issuer)
}
