// What a mutation run changes: a comparison, an operator, a guard, a modifier, one at a time.
import { createHash } from 'node:crypto'

/** One change of a source: the whole of it, and what stands before what is found and replaced. */
export type Mutant = {
  line: number
  before: string
  after: string
  text: string
  head: string
  found: string
  replacement: string
}

/** What is looked for in a line of code, and what takes its place. */
const MUTATIONS: readonly [RegExp, string][] = [
  [/ <= /g, ' < '],
  [/ >= /g, ' > '],
  [/ < /g, ' <= '],
  [/ > /g, ' >= '],
  [/ == /g, ' != '],
  [/ != /g, ' == '],
  [/ && /g, ' || '],
  [/ \|\| /g, ' && '],
  [/ \+ /g, ' - '],
  [/ - /g, ' + '],
  [/ \* /g, ' / '],
  [/ % /g, ' * '],
  [/ << /g, ' >> '],
  [/ >> /g, ' << '],
  [/ & /g, ' | '],
  [/ \| /g, ' & '],
  [/!(?=[\w(])/g, ''],
  // In assembly.
  [/(?<![.\w])add\(/g, 'sub('],
  [/(?<![.\w])sub\(/g, 'add('],
  [/(?<![.\w])mul\(/g, 'div('],
  [/(?<![.\w])lt\(/g, 'gt('],
  [/(?<![.\w])gt\(/g, 'lt('],
  [/(?<![.\w])and\(/g, 'or('],
  [/(?<![.\w])or\(/g, 'and('],
  [/(?<![.\w])shr\(/g, 'shl('],
  [/(?<![.\w])shl\(/g, 'shr('],
  [/(?<![.\w])iszero\(/g, 'not('],
  [/ \/ /g, ' * '],
  [/ \+= /g, ' -= '],
  [/ -= /g, ' += '],
  [/\+\+(?=\w)/g, '--'],
  [/Math\.min\(/g, 'Math.max('],
  [/Math\.max\(/g, 'Math.min('],
  [/, Math\.Rounding\.Ceil\)/g, ')'],
  [/\btrue\b/g, 'false'],
  [/\bfalse\b/g, 'true'],
  [/ (?:restricted|nonReentrant)\b/g, ''],
  [/^(\s*)if \(.*\) revert .*;$/g, '$1'],
  [/^(\s*)(?:delete [\w[\].]+|_\w+\(.*\)|[\w.[\]]+ = [^;=]*);$/g, '$1'],
]

/**
 * Every mutant of a source, one change each; comments, imports, events and declarations are left
 * alone.
 */
export function mutantsOf(source: string): Mutant[] {
  const lines = source.split('\n')
  const mutants: Mutant[] = []
  let depth = 0
  for (const [index, line] of lines.entries()) {
    const inFunction = depth >= 2
    depth += (line.match(/\{/g)?.length ?? 0) - (line.match(/\}/g)?.length ?? 0)
    const isCode = !/^\s*(?:\/\/|\/\*|\*|emit |event |error |import )/.test(line)
    if (!isCode || (!inFunction && !/\b(?:restricted|nonReentrant)\b/.test(line))) continue
    for (const [pattern, replacement] of MUTATIONS) {
      for (const found of line.matchAll(pattern)) {
        const tail = line.slice(found.index).replace(new RegExp(pattern.source), replacement)
        const changed = line.slice(0, found.index) + tail
        if (changed === line) continue
        const text = lines.with(index, changed).join('\n')
        const head = [...lines.slice(0, index), line.slice(0, found.index)].join('\n')
        mutants.push({
          ...{ line: index + 1, before: line.trim(), after: changed.trim(), text },
          ...{ head, found: found[0], replacement },
        })
      }
    }
  }
  return mutants
}

/** As many of a list, drawn by a seed, in the list's order. */
export function drawn<T>(list: readonly T[], count: number, seed: number): T[] {
  const rank = (index: number) => createHash('sha256').update(`${seed} ${index}`).digest('hex')
  const order = list.map((_, index) => ({ index, rank: rank(index) }))
  order.sort((one, other) => (one.rank < other.rank ? -1 : 1))
  const chosen = new Set(order.slice(0, count).map(({ index }) => index))
  return list.filter((_, index) => chosen.has(index))
}
