import { resolve } from 'node:path'

/** The home of a network and of a person's keys: AMBROSIA_HOME, default `.ambrosia` in the present folder. */
export function homeOf(): string {
  return resolve(process.env['AMBROSIA_HOME'] ?? '.ambrosia')
}
