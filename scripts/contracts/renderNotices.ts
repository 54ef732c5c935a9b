import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileHeader } from './header.ts'

/** A comment of `///` lines directly above an error, and the error's name. */
const DOCUMENTED = /((?:^[ \t]*\/\/\/[^\n]*\n)+)[ \t]*error (\w+)\s*\(/gm

/** What the sources say of each custom error of ours: its notice, in one line. */
export function readNotices(root: string): Map<string, string> {
  const notices = new Map<string, string>()
  for (const file of globSync('contracts/src/**/*.sol', { cwd: root }).sort()) {
    const text = readFileSync(join(root, file), 'utf8')
    for (const [, comment, name] of text.matchAll(DOCUMENTED)) {
      const lines = (comment as string).split('\n').map((line) => line.trim().slice(3).trim())
      const [notice = ''] = lines.join(' ').split(/@(?:dev|param|custom:\w+)\b/)
      notices.set(name as string, notice.replace('@notice', '').replaceAll(/\s+/g, ' ').trim())
    }
  }
  return notices
}

/** The notices as a module, of errors that some ABI has. */
export function renderNotices(
  notices: ReadonlyMap<string, string>,
  names: ReadonlySet<string>,
): string {
  const entries = [...notices]
    .filter(([name, notice]) => names.has(name) && notice !== '')
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, notice]) => `  ${name}: ${JSON.stringify(notice)},\n`)
  return `${fileHeader}/** What the contracts say of their custom errors, by name. */\nexport const errorNotices: Readonly<Record<string, string>> = {\n${entries.join('')}}\n`
}
