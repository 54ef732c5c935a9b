import {
  appendFileSync,
  existsSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { isAlive } from '@ambrosia/devnet/Owner'
import type { IssuedRecord } from '@ambrosia/exchange/IssuedRecord'
import { fromUtf8 } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { readNamedText, reasonOf, writeNamed } from '../../namedFiles.ts'
import { UsageError } from '../../output.ts'

/** What was issued, without a name or anything of the person: enough to revoke it. */
export type Line = {
  /** Name in the wallet, made of a digest that only this wallet can make. */
  record: string
  form: string
  statusIndex: number
  issuer: string
  /** ISO 8601. */
  validFrom: string
}

/** A list that grows by a line as each record is issued: NDJSON, readable by its owner alone. */
export type IssuedList = {
  has(record: string): boolean
  add(line: Line): void
  /** Lets another run have it. */
  close(): void
}

const START = '{"record":"'

/**
 * Opens a list, or begins it. A last line that a crash cut is taken off: its record is found again.
 * @throws Cli.Usage where the file is something else, Batch.Running where another run has it open
 */
export function openIssuedList(path: string): IssuedList {
  const close = claim(path)
  try {
    return { ...openClaimed(path), close }
  } catch (error) {
    close()
    throw error
  }
}

/** Two runs at once would issue the same Bundles twice. @throws Batch.Running */
function claim(path: string): () => void {
  const lock = `${path}.lock`
  // What a process left that was killed is nobody's.
  if (existsSync(lock) && !isAlive(Number(readFileSync(lock, 'utf8')))) rmSync(lock)
  try {
    writeFileSync(lock, `${process.pid}\n`, { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if (existsSync(lock)) throw new RunningError(lock)
    throw new UsageError(`${lock} cannot be written: ${reasonOf(error)}`, 'Name another --list.')
  }
  return () => rmSync(lock, { force: true })
}

function openClaimed(path: string): Omit<IssuedList, 'close'> {
  if (!existsSync(path)) writeNamed(path, '')
  const text = readNamedText(path)
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  const records = new Set(
    whole
      .split('\n')
      .slice(0, -1)
      .map((line) => recordIn(line, path)),
  )
  const rest = text.slice(whole.length)
  // Only what begins as a line of ours is cut, never a file that somebody named by mistake.
  if (!rest.startsWith(START.slice(0, rest.length))) throw new NotAListError(path)
  if (rest !== '') truncateSync(path, fromUtf8(whole).length)
  return {
    has: (record) => records.has(record),
    add: (line) => {
      try {
        appendFileSync(path, `${JSON.stringify(line)}\n`, { mode: 0o600, flush: true })
      } catch (error) {
        throw new UsageError(`${path} cannot be written: ${reasonOf(error)}`)
      }
      records.add(line.record)
    },
  }
}

/** The line of a record of the wallet. */
export function lineOf(record: string, { form, credential }: IssuedRecord): Line {
  const status = credential['credentialStatus'] as { statusListIndex: string }
  return {
    record,
    form,
    statusIndex: Number(status.statusListIndex),
    issuer: String(credential['issuer']),
    validFrom: String(credential['validFrom']),
  }
}

function recordIn(line: string, path: string): string {
  try {
    const { record } = JSON.parse(line) as Partial<Line>
    if (typeof record === 'string') return record
  } catch {
    // Told below, without what stands in the file.
  }
  throw new NotAListError(path)
}

class NotAListError extends UsageError {
  constructor(path: string) {
    super(`${path} is not a list of issued records`, 'Name another --list.')
  }
}

class RunningError extends AmbrosiaError {
  constructor(lock: string) {
    super('Batch.Running', 'another run issues into this list', {
      hint: `Wait for its end; if there is none, delete ${lock}.`,
    })
  }
}
