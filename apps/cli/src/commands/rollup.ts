import type { Command } from 'commander'

/** `ambrosia rollup`: its verbs are demonstrations, which the program adds. */
export function define(_rollup: Command): void {}
