import { accessSync, constants } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'

/** Programs that a node can use, all optional, with the versions that it was tested with. */
export const ENGINES = {
  geth: {
    version: '1.17.8',
    module: 'github.com/ethereum/go-ethereum/cmd/geth@v1.17.8',
    variable: 'AMBROSIA_GETH',
  },
  cometbft: {
    version: '0.40.0',
    module: 'github.com/cometbft/cometbft/cmd/cometbft@v0.40.0',
    variable: 'AMBROSIA_COMETBFT',
  },
} as const

export type EngineName = keyof typeof ENGINES

/** Where `ambrosia node engines --install` puts a program. */
export function engineFolder(name: EngineName, env = process.env): string {
  const cache = env['AMBROSIA_CACHE'] ?? join(homedir(), '.cache', 'ambrosia')
  return join(cache, 'engines', `${name}-${ENGINES[name].version}`)
}

/** The program by configuration, else in the cache; undefined where there is none. */
export function findEngine(name: EngineName, env = process.env): string | undefined {
  const named = env[ENGINES[name].variable]
  const path = named ?? join(engineFolder(name, env), name)
  try {
    accessSync(path, constants.X_OK)
    return path
  } catch {
    return undefined
  }
}

/** The program, or an error that says how to get it. @throws Engine.Missing */
export function requireEngine(name: EngineName, env = process.env): string {
  const path = findEngine(name, env)
  if (path === undefined) throw new EngineMissingError(name)
  return path
}

export class EngineMissingError extends AmbrosiaError {
  constructor(name: EngineName) {
    const { version, variable } = ENGINES[name]
    super('Engine.Missing', `${name} ${version} is not installed`, {
      hint: `Run ambrosia node engines --install, or set ${variable} to the program.`,
    })
  }
}
