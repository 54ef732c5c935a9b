/**
 * Puts files into documents, so that what a reader copies is what CI runs. Below the line
 * `<!-- embed examples/a/b.ts -->` stands a fenced block with the file;
 * `<!-- embed examples/a/b.ts#name -->` takes what lies between `// #region name` and
 * `// #endregion`.
 *
 *   node scripts/docs/embeds.ts [--check]
 */
import { existsSync, readFileSync } from 'node:fs'
import { extname, join, resolve } from 'node:path'
import { projectFiles } from '../checks/files.ts'
import { writeOrCheck } from './writeOrCheck.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const EMBED = /^<!-- embed (\S+?)(?:#(\S+))? -->\n(?:```[^\n]*\n[\s\S]*?\n```\n)?/gm

/**
 * The document with every embedded file as it is now.
 * @throws Error for a file or region that does not exist
 */
export function embed(text: string, read: (path: string) => string): string {
  return text.replaceAll(EMBED, (_whole, path: string, region: string | undefined) => {
    const content = region === undefined ? read(path) : regionOf(read(path), path, region)
    const mark = region === undefined ? '' : `#${region}`
    return `<!-- embed ${path}${mark} -->\n\`\`\`${extname(path).slice(1)}\n${content.trimEnd()}\n\`\`\`\n`
  })
}

function regionOf(text: string, path: string, name: string): string {
  const lines = text.split('\n')
  const start = lines.findIndex((line) => line.trim() === `// #region ${name}`)
  const end = lines.findIndex((line, index) => index > start && line.trim() === '// #endregion')
  if (start < 0 || end < 0) throw new Error(`${path} has no region ${name}`)
  return lines.slice(start + 1, end).join('\n')
}

if (import.meta.main) {
  const read = (path: string) => {
    if (!existsSync(join(ROOT, path))) throw new Error(`${path} does not exist`)
    return readFileSync(join(ROOT, path), 'utf8')
  }
  for (const document of projectFiles(ROOT).filter((path) => path.endsWith('.md'))) {
    await writeOrCheck(ROOT, document, (text) => embed(text, read))
  }
}
