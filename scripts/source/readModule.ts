import { parseSync } from 'oxc-parser'

/** One import of a module, static or not. */
export type Import = {
  /** As written: `./a.ts`, `@ambrosia/health/Bundle`, `node:fs`, `viem`. */
  specifier: string
  /** Erased before the program runs. */
  isType: boolean
  /**
   * `import` when loaded with the module or by `import()`; `path` where the file is only named: a
   * worker, a process, data.
   */
  kind: 'import' | 'path'
  /** From 1. */
  line: number
}

/**
 * What a TypeScript or JavaScript module imports. A text that cannot be parsed imports nothing; the
 * compiler says why.
 */
export function readImports(path: string, text: string): Import[] {
  const { module } = parseSync(path, text)
  const found: (Omit<Import, 'line'> & { at: number })[] = []
  for (const { moduleRequest, entries, start, end } of module.staticImports) {
    const isType =
      /^import\s+type\b/.test(text.slice(start, end)) ||
      (entries.length > 0 && entries.every((entry) => entry.isType))
    found.push({ specifier: moduleRequest.value, isType, kind: 'import', at: start })
  }
  for (const { entries } of module.staticExports) {
    const from = entries.filter(({ moduleRequest }) => moduleRequest !== null)
    const [first] = from
    if (first?.moduleRequest == null) continue
    const isType = from.every((entry) => entry.isType)
    const specifier = first.moduleRequest.value
    found.push({ specifier, isType, kind: 'import', at: first.start })
  }
  for (const { moduleRequest } of module.dynamicImports) {
    const literal = /^(['"])([^'"]+)\1$/.exec(text.slice(moduleRequest.start, moduleRequest.end))
    if (literal === null) continue
    const specifier = literal[2] as string
    found.push({ specifier, isType: false, kind: 'import', at: moduleRequest.start })
  }
  // A text that only looks like it, in a string, holds no `import.meta` that the parser knows.
  const metas = new Set(module.importMetas.map(({ start }) => start))
  for (const match of PATHS.flatMap((pattern) => [...text.matchAll(pattern)])) {
    if (!metas.has(match.index + match[0].indexOf('import.meta'))) continue
    found.push({ specifier: match[2] as string, isType: false, kind: 'path', at: match.index })
  }
  return found.map(({ at, ...rest }) => ({ ...rest, line: lineAt(text, at) }))
}

const PATHS = [
  /\bimport\.meta\.resolve\s*\(\s*(['"])([^'"\n]+)\1/g,
  /\bnew URL\s*\(\s*(['"])(\.[^'"\n]+)\1\s*,\s*import\.meta\.url/g,
]

/** The line of a place in a text, from 1. */
export function lineAt(text: string, at: number): number {
  let line = 1
  for (
    let index = text.indexOf('\n');
    index >= 0 && index < at;
    index = text.indexOf('\n', index + 1)
  ) {
    line++
  }
  return line
}
