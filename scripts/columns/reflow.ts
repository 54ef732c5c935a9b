import { reflowComments } from './comments.ts'
import { reflowMarkdown } from './markdown.ts'

/**
 * A comment of Go or Solidity moves lines that a built program remembers, or changes the hash of a
 * contract's sources.
 */
const SOURCE = /\.(ts|mts|mjs|js)$/
/** What programs wrote, what others wrote, and what is compared byte for byte. */
const EXCLUDED =
  /(^|\/)(generated|vectors|snapshots|bin)\/|\.generated\.|^packages\/machine\/assembly\//

/** Whether the lines of a file are held to their length. */
export function isReflowed(path: string): boolean {
  return (path.endsWith('.md') || SOURCE.test(path)) && !EXCLUDED.test(path)
}

export function reflow(path: string, text: string): string {
  return path.endsWith('.md') ? reflowMarkdown(text) : reflowComments(text)
}
