import { readFileSync } from 'node:fs'
import { isAbsolute, resolve } from 'node:path'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'

/**
 * Configuration from the environment and, below it, from a JSON file named by AMBROSIA_CONFIG_FILE
 * whose keys are the same names. All faults are told at once, each with the name of its setting and
 * never with the value of a secret.
 */
export type Environment = Readonly<Record<string, string | undefined>>

export type Mode = 'development' | 'production'

/** What a setting may look at beside its own text. */
export type Context = {
  mode: Mode
  /** What relative paths count from. */
  folder: string
  /** The text of another setting. */
  textOf: (name: string) => string | undefined
}

/** A setting: its name, and how its text becomes a value. */
export type Setting<T> = {
  name: string
  read: (text: string | undefined, context: Context) => T
}

export type Settings = Readonly<Record<string, Setting<unknown>>>
export type ConfigOf<S extends Settings> = {
  readonly [K in keyof S]: S[K] extends Setting<infer T> ? T : never
} & { readonly mode: Mode }

/** Reads all settings of a service. @throws Config.Invalid that lists every fault */
export function read<const S extends Settings>(settings: S, env: Environment): ConfigOf<S> {
  const faults: Fault[] = []
  const attempt = <T>(name: string, work: () => T): T | undefined => {
    try {
      return work()
    } catch (error) {
      faults.push({
        name,
        problem: error instanceof FaultError ? error.message : 'is not readable',
      })
      return undefined
    }
  }
  const folder = process.cwd()
  const path = env['AMBROSIA_CONFIG_FILE']
  const file =
    path === undefined ? {} : (attempt('AMBROSIA_CONFIG_FILE', () => readFile(path)) ?? {})
  const textOf = (name: string) => nonEmpty(env[name]) ?? file[name]
  const mode = attempt(MODE.name, () =>
    MODE.read(textOf(MODE.name), { mode: 'development', folder, textOf }),
  )
  const config: Record<string, unknown> = { mode }
  const names = new Set([MODE.name, ...Object.values(settings).map(({ name }) => name)])
  for (const name of Object.keys(file)) {
    if (!names.has(name)) faults.push({ name, problem: 'is not a setting of this service' })
  }
  for (const [key, setting] of Object.entries(settings)) {
    const context = { mode: mode ?? 'production', folder, textOf }
    config[key] = attempt(setting.name, () => setting.read(textOf(setting.name), context))
  }
  if (faults.length > 0) throw new InvalidError(faults)
  return config as ConfigOf<S>
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text
}

function readFile(path: string): Record<string, string> {
  let value: unknown
  try {
    value = JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    throw new FaultError('names a file that is not readable JSON')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new FaultError('names a file that holds no JSON object')
  }
  const entries = Object.entries(value).map(([name, one]) => {
    if (typeof one !== 'string' && typeof one !== 'number' && typeof one !== 'boolean') {
      throw new FaultError(`names a file in which ${name} is not a string, number or boolean`)
    }
    return [name, String(one)] as const
  })
  return Object.fromEntries(entries)
}

const MODE: Setting<Mode> = {
  name: 'AMBROSIA_ENV',
  read: (text = 'development') => {
    if (text === 'development' || text === 'production') return text
    throw new FaultError('must be development or production')
  },
}

/** A text, required unless it has a default. */
export function text(
  name: string,
  options: { default?: string; pattern?: RegExp; expected?: string } = {},
): Setting<string> {
  return {
    name,
    read: (value = options.default) => {
      if (value === undefined) throw new FaultError('is not set')
      if (options.pattern && !options.pattern.test(value)) {
        throw new FaultError(
          `must be ${options.expected ?? `of the form ${options.pattern.source}`}`,
        )
      }
      return value
    },
  }
}

/** A setting that may be absent. */
export function optional<T>(setting: Setting<T>): Setting<T | undefined> {
  const { name } = setting
  return {
    name,
    read: (value, context) => (value === undefined ? undefined : setting.read(value, context)),
  }
}

/** A whole number within bounds. */
export function integer(
  name: string,
  options: { default?: number; minimum: number; maximum: number },
): Setting<number> {
  const { minimum, maximum } = options
  return {
    name,
    read: (value = options.default?.toString()) => {
      if (value === undefined) throw new FaultError('is not set')
      const number = Number(value)
      const isInside = Number.isSafeInteger(number) && number >= minimum && number <= maximum
      if (!isInside || !/^\d+$/.test(value)) {
        throw new FaultError(`must be a whole number from ${minimum} to ${maximum}`)
      }
      return number
    },
  }
}

/** One of a fixed set. */
export function choice<const T extends string>(
  name: string,
  choices: readonly T[],
  options: { default?: NoInfer<T> } = {},
): Setting<T> {
  return {
    name,
    read: (value = options.default) => {
      const found = choices.find((one) => one === value)
      if (found === undefined) throw new FaultError(`must be one of ${choices.join(', ')}`)
      return found
    },
  }
}

/** true or false. */
export function flag(name: string, options: { default: boolean }): Setting<boolean> {
  return {
    name,
    read: (value = String(options.default)) => {
      if (value !== 'true' && value !== 'false') throw new FaultError('must be true or false')
      return value === 'true'
    },
  }
}

/** An http or https URL without credentials and without a slash at its end. */
export function url(name: string, options: { default?: string } = {}): Setting<string> {
  return {
    name,
    read: (value = options.default) => {
      if (value === undefined) throw new FaultError('is not set')
      if (!URL.canParse(value)) throw new FaultError('must be an http or https URL')
      const { protocol, username, password } = new URL(value)
      if (protocol !== 'http:' && protocol !== 'https:') {
        throw new FaultError('must be an http or https URL')
      }
      if (username !== '' || password !== '') throw new FaultError('must hold no user or password')
      return value.replace(/\/+$/, '')
    },
  }
}

/** A path, made absolute from the folder the service was started in. */
export function path(name: string, options: { default?: string } = {}): Setting<string> {
  return {
    name,
    read: (value = options.default, { folder }) => {
      if (value === undefined) throw new FaultError('is not set')
      return isAbsolute(value) ? value : resolve(folder, value)
    },
  }
}

/** A secret, given by the path of a file that holds it (white space at its end is dropped). */
export function secretFile(name: string): Setting<string> {
  return {
    name,
    read: (value, { folder }) => {
      if (value === undefined) throw new FaultError('is not set')
      let secret: string
      try {
        secret = readFileSync(resolve(folder, value), 'utf8').trimEnd()
      } catch {
        throw new FaultError('names a file that is not readable')
      }
      if (secret === '') throw new FaultError('names a file that is empty')
      return secret
    },
  }
}

/**
 * The address to listen on. In development, where keys are well known and nobody is kept out, only
 * the machine itself can reach a service unless the setting of the other name is `true`.
 */
export function host(name: string, allowedBy: string): Setting<string> {
  return {
    name,
    read: (value = '127.0.0.1', { mode, textOf }) => {
      const isLoopback =
        value === 'localhost' || value === '::1' || /^127\.\d+\.\d+\.\d+$/.test(value)
      if (mode === 'development' && !isLoopback && textOf(allowedBy) !== 'true') {
        throw new FaultError(
          `must be a loopback address in development, unless ${allowedBy} is true`,
        )
      }
      return value
    },
  }
}

/** A development convenience: absent in production, and refused there when it is set. */
export function developmentOnly<T>(setting: Setting<T>): Setting<T | undefined> {
  return {
    name: setting.name,
    read: (value, context) => {
      if (context.mode === 'development') return setting.read(value, context)
      if (value !== undefined)
        throw new FaultError('is a development convenience, refused in production')
      return undefined
    },
  }
}

export type Fault = { name: string; problem: string }

/**
 * A fault of one setting, for settings of a service's own. The message follows the name: "must be
 * …".
 */
export class FaultError extends Error {}

export class InvalidError extends AmbrosiaError {
  readonly faults: readonly Fault[]
  constructor(faults: readonly Fault[]) {
    const list = faults.map(({ name, problem }) => `${name} ${problem}`).join('; ')
    super('Config.Invalid', `the configuration can't be used: ${list}`, {
      hint: 'Set them in the environment, or in the JSON file that AMBROSIA_CONFIG_FILE names.',
    })
    this.faults = faults
  }
}
