import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isReflowed, reflow } from '../columns/reflow.ts'
import { COLUMNS } from '../columns/wrap.ts'
import { projectFiles } from './files.ts'
import type { Problem } from './problem.ts'

/**
 * Where lines are still longer: broken in a quiet moment, since it touches every file
 * (`npm run reflow -- FOLDER`). A folder whose lines are short fails the check while it stands
 * here.
 */
const OWED: readonly string[] = []

/** Documents and comments have lines of at most 100 columns, but for tables, links and code. */
export async function checkColumns(root: string): Promise<Problem[]> {
  const problems: Problem[] = []
  const met = new Set<string>()
  for (const path of projectFiles(root).filter(isReflowed)) {
    const debt = OWED.find((one) => path.startsWith(one))
    if (debt !== undefined && met.has(debt)) continue
    const text = readFileSync(join(root, path), 'utf8')
    if (reflow(path, text) === text) continue
    if (debt !== undefined) met.add(debt)
    else problems.push(problemOf(path, text))
  }
  for (const debt of OWED.filter((one) => !met.has(one))) {
    const fix = 'Take it off the list of what is owed (scripts/checks/columns.ts).'
    problems.push({ place: debt, message: 'has short lines now', fix })
  }
  return problems
}

/** Whether the lines of a file are held to their length today. */
export function isHeld(path: string): boolean {
  return isReflowed(path) && !OWED.some((one) => path.startsWith(one))
}

function problemOf(path: string, text: string): Problem {
  const line = text.split('\n').findIndex((one) => one.length > COLUMNS) + 1
  const message = `a paragraph or comment with more than ${COLUMNS} columns`
  return { place: `${path}:${line}`, message, fix: 'Run npm run fix.' }
}
