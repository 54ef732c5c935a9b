import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { inflateSync } from 'node:zlib'
import { GuestError } from './errors.ts'

/**
 * One change to one file of the Go distribution or of a module. Exactly one of the actions:
 * - `edits`: pairs [from, to]; each `from` stands exactly once in the file;
 * - `cut`: the text from the first marker up to (not with) the second is replaced;
 * - `removeLines`: lines that match, exactly `count` of them;
 * - `replaceBy`: the whole file gives way to one of ours, named relative to `guest/overlay`;
 * - `add`: as `replaceBy`, where no file stood before;
 * - `drop`: the file is left out of the build;
 * - `generate`: the new text is computed from files beside it.
 */
export type Change = {
  path: string
  /** Why the program could not run on the machine, or would cost too much, without it. */
  reason: string
  edits?: readonly (readonly [from: string, to: string])[]
  cut?: readonly [from: string, to: string, by: string]
  removeLines?: { pattern: RegExp; count: number }
  replaceBy?: string
  add?: string
  drop?: true
  generate?: (read: (path: string) => string) => string
}

/** Where the changed files come from, and where ours lie. */
export type OverlayRoots = { sourceRoot: string; overlayRoot: string }

/**
 * Applies the changes and writes the changed texts under `outputDir`. Returns the `Replace` table
 * of `go build -overlay` (https://pkg.go.dev/cmd/go, "-overlay"). `pins` is the table of expected
 * sha256 of the originals; a file that is another one stops the build.
 */
export function applyChanges(
  changes: readonly Change[],
  roots: OverlayRoots,
  pins: Readonly<Record<string, string>>,
  outputDir: string,
): Record<string, string> {
  const replace: Record<string, string> = {}
  const read = (path: string) => readOriginal(roots.sourceRoot, path)
  for (const change of changes) {
    const original = join(roots.sourceRoot, change.path)
    if (replace[original] !== undefined) {
      throw overlayError(change.path, 'is changed twice', 'Merge the two entries.')
    }
    if (change.add === undefined) assertPinned(change.path, read(change.path), pins)
    else if (existsSync(original)) throw overlayError(change.path, 'already exists', reviewHint)
    if (change.drop) {
      replace[original] = ''
      continue
    }
    const target = join(outputDir, change.path)
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, changedText(change, roots.overlayRoot, read))
    replace[original] = target
  }
  return replace
}

/** The sha256 of every original a list of changes reads, for `artifacts.json`. */
export function pinOriginals(
  changes: readonly Change[],
  sourceRoot: string,
): Record<string, string> {
  const pins: Record<string, string> = {}
  for (const change of changes) {
    if (change.add === undefined) pins[change.path] = sha256(readOriginal(sourceRoot, change.path))
  }
  return pins
}

/** zlib and base64 undone: how modules keep tables in source. */
export function inflateBase64(text: string): Uint8Array {
  return inflateSync(Buffer.from(text, 'base64'))
}

function changedText(change: Change, overlayRoot: string, read: (path: string) => string): string {
  const ours = change.replaceBy ?? change.add
  if (ours !== undefined) return readFileSync(join(overlayRoot, ours), 'utf8')
  if (change.generate !== undefined) return change.generate(read)
  let text = read(change.path)
  for (const [from, to] of change.edits ?? []) text = replaceOnce(change.path, text, from, to)
  if (change.removeLines !== undefined) text = removeLines(change.path, text, change.removeLines)
  if (change.cut !== undefined) text = cut(change.path, text, change.cut)
  return text
}

function replaceOnce(path: string, text: string, from: string, to: string): string {
  const pieces = text.split(from)
  if (pieces.length !== 2) {
    throw overlayError(
      path,
      `has ${pieces.length - 1} places like ${JSON.stringify(from)}`,
      reviewHint,
    )
  }
  return pieces.join(to)
}

function removeLines(path: string, text: string, rule: { pattern: RegExp; count: number }): string {
  const lines = text.split('\n')
  const kept = lines.filter((line) => !rule.pattern.test(line))
  const removed = lines.length - kept.length
  if (removed !== rule.count) {
    throw overlayError(
      path,
      `has ${removed} lines like ${rule.pattern}, not ${rule.count}`,
      reviewHint,
    )
  }
  return kept.join('\n')
}

function cut(
  path: string,
  text: string,
  [from, to, by]: readonly [string, string, string],
): string {
  const start = text.indexOf(from)
  const end = text.indexOf(to, start)
  if (start < 0 || end < 0 || text.indexOf(from, start + 1) >= 0) {
    throw overlayError(
      path,
      `has no single passage from ${JSON.stringify(from)} to ${JSON.stringify(to)}`,
      reviewHint,
    )
  }
  return text.slice(0, start) + by + text.slice(end)
}

function readOriginal(sourceRoot: string, path: string): string {
  const file = join(sourceRoot, path)
  if (!existsSync(file)) throw overlayError(path, `does not exist under ${sourceRoot}`, reviewHint)
  return readFileSync(file, 'utf8')
}

function assertPinned(path: string, text: string, pins: Readonly<Record<string, string>>): void {
  const found = sha256(text)
  const expected = pins[path]
  if (expected === found) return
  const fault =
    expected === undefined ? 'is not pinned' : 'is not the file the overlay was written for'
  throw overlayError(path, `${fault} (sha256 ${found})`, reviewHint)
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

const reviewHint =
  'Read what changed in that file, correct guest/toolchain/*Changes.ts, then run `node guest/build.ts --pin`.'

function overlayError(path: string, fault: string, hint: string): GuestError {
  return new GuestError('Guest.Overlay', `overlay: ${path} ${fault}`, { hint, details: { path } })
}
