import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectFiles } from '../checks/files.ts'
import { matches } from '../testing/select.ts'

const ASSERTION = /\bassert(?:\.\w+)?\(/g

/** Kinds of assertions that are never flipped, by the files in which they stand. */
const KINDS: readonly { files: RegExp; words: string }[] = [
  { files: /\.sim\.ts$/, words: 'in simulations' },
  { files: /\/testing\/[^.]*\.ts$/, words: 'in helpers of tests' },
  {
    files: /\.t\.sol$/,
    words: 'in Solidity (node scripts/contracts/mutate.ts changes what they test)',
  },
  { files: /_test\.go$/, words: 'in Go' },
]

/**
 * What a run does not try: a line each for the kinds of assertions that are never flipped, as far
 * as the filters name their files, and for those left out by the run.
 * @param unflipped of the test files themselves: those without an opposite, such as `assert.fail`
 * @param slow in the whole-network scenarios that were left out
 */
export function uncoveredLines(
  root: string,
  filters: readonly string[],
  { unflipped, slow }: { unflipped: number; slow: number },
): string[] {
  const files = projectFiles(root).filter((path) => matches(path, filters))
  const countIn = (kind: RegExp) =>
    files
      .filter((path) => kind.test(path))
      .reduce((sum, path) => sum + countAssertions(readFileSync(join(root, path), 'utf8')), 0)
  const found: [number, string][] = [
    [unflipped, 'that have no opposite, such as assert.fail'],
    ...KINDS.map(({ files: kind, words }): [number, string] => [countIn(kind), words]),
    [slow, 'in whole-network scenarios (name them: e2e/)'],
  ]
  return found
    .filter(([count]) => count > 0)
    .map(([count, words]) => `not tried: ${count} ${words}`)
}

/** Calls of assertions in a text, those of Solidity and Go included. */
export function countAssertions(text: string): number {
  const solidity = text.match(/\bassert[A-Z]\w*\(|\bvm\.expect\w+\(/g)?.length ?? 0
  const go = text.match(/\bt\.(?:Error|Errorf|Fatal|Fatalf)\(/g)?.length ?? 0
  return (text.match(ASSERTION)?.length ?? 0) + solidity + go
}
