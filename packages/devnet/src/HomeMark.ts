import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeWhole } from './writeWhole.ts'

const MARK_FILE = 'development.json'

/** Who made a network in a home: `up` keeps it, a demonstration plays on one that ends with it. */
export type Maker = 'up' | 'demo'

/**
 * What a folder says of itself when a development network was made in it. A folder without this is
 * never cleaned.
 */
export type HomeMark = {
  version: 1
  madeBy: Maker
  /** True once the network was ready: from then on it may hold what somebody needs. */
  isComplete: boolean
  /** What stood in the folder before: never cleaned either. */
  before: string[]
}

/** The mark of a home; undefined where there is none, or one that can't be read. */
export function readMark(home: string): HomeMark | undefined {
  try {
    const mark = JSON.parse(readFileSync(join(home, MARK_FILE), 'utf8')) as HomeMark
    const isKnown = mark.version === 1 && (mark.madeBy === 'up' || mark.madeBy === 'demo')
    return isKnown && Array.isArray(mark.before) ? mark : undefined
  } catch {
    return undefined
  }
}

export function writeMark(home: string, mark: HomeMark): void {
  writeWhole(join(home, MARK_FILE), `${JSON.stringify(mark, null, 2)}\n`)
}
