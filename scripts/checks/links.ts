import { existsSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { projectFiles } from './files.ts'
import type { Problem } from './problem.ts'

const LINK = /!?\[[^\]]*\]\(([^)\s]+)(?:\s+"[^"]*")?\)/g
/** Documents are also named in comments and data: `docs/spec/machine.md`. */
const MENTION =
  /(?<![\w./-])((?:docs|packages|apps|contracts|guest|circuits|e2e|examples)\/[\w./-]*\.md)\b/g
const SOURCE = /\.(ts|mts|mjs|js|sol|go|circom|s|S|h|json|md)$/

/** Documents that are named already and being written. */
const OWED: readonly string[] = []

/**
 * Every link in a document and every document named in a source leads somewhere, headings included.
 */
export async function checkLinks(root: string): Promise<Problem[]> {
  const problems: Problem[] = OWED.filter((path) => existsSync(join(root, path))).map((path) => ({
    place: path,
    message: 'is written now',
    fix: 'Take it off the list of what is owed (scripts/checks/links.ts).',
  }))
  for (const path of projectFiles(root)) {
    if (!SOURCE.test(path) || path === 'package-lock.json') continue
    const text = readFileSync(join(root, path), 'utf8')
    if (path.endsWith('.md')) problems.push(...linkProblems(root, path, text))
    problems.push(...mentionProblems(root, path, text))
  }
  return problems
}

/** The links of a document that lead nowhere. */
export function linkProblems(root: string, path: string, text: string): Problem[] {
  const problems: Problem[] = []
  for (const [line, at] of proseLines(text)) {
    for (const match of line.matchAll(LINK)) {
      const url = match[1] as string
      if (/^[a-z][a-z+.-]*:/i.test(url)) continue
      const message = brokenLink(root, path, text, url)
      if (message === null) continue
      problems.push({ place: `${path}:${at}`, message, fix: 'Name the document that is meant.' })
    }
  }
  return problems
}

function brokenLink(root: string, path: string, text: string, url: string): string | null {
  const [file = '', heading] = url.split('#')
  const target =
    file === '' ? path : posix.normalize(posix.join(posix.dirname(path), decodeURI(file)))
  if (file !== '' && !existsSync(join(root, target))) return `${url} does not exist`
  if (heading === undefined || !target.endsWith('.md')) return null
  const other = file === '' ? text : readFileSync(join(root, target), 'utf8')
  return headings(other).has(heading) ? null : `${target} has no heading #${heading}`
}

function mentionProblems(root: string, path: string, text: string): Problem[] {
  const isThere = (named: string) =>
    existsSync(join(root, named)) || existsSync(join(root, posix.dirname(path), named))
  return text.split('\n').flatMap((line, index) =>
    [...line.matchAll(MENTION)]
      .map((match) => match[1] as string)
      .filter((named) => !OWED.includes(named) && !isThere(named))
      .map((named) => ({
        place: `${path}:${index + 1}`,
        message: `${named} does not exist`,
        fix: 'Name the document that is meant.',
      })),
  )
}

/** The anchors that the headings of a document have. */
export function headings(text: string): Set<string> {
  const found = new Set<string>()
  for (const [line] of proseLines(text)) {
    const title = /^#{1,6}\s+(.*?)\s*#*$/.exec(line)?.[1]
    if (title === undefined) continue
    const slug = title
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(/\s/g, '-')
    let anchor = slug
    for (let count = 1; found.has(anchor); count++) anchor = `${slug}-${count}`
    found.add(anchor)
  }
  return found
}

/** The lines of a document outside of fenced code, with their numbers from 1. */
function proseLines(text: string): [line: string, number: number][] {
  let fence: string | null = null
  const found: [string, number][] = []
  for (const [index, line] of text.split('\n').entries()) {
    const mark = /^\s*(```+|~~~+)/.exec(line)?.[1] ?? null
    if (fence === null && mark !== null) fence = mark
    else if (fence !== null && mark?.startsWith(fence)) fence = null
    else if (fence === null) found.push([line, index + 1])
  }
  return found
}
