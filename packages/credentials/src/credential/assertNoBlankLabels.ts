import { ReservedTextError } from './errors.ts'

/**
 * Refuses texts with `_:`. The bbs-2023 suite relabels blank nodes in canonical N-Quads by
 * replacing every `_:` token, also inside literals; a claim that holds one could be exchanged for
 * another without the proof noticing.
 * @throws Credential.ReservedText
 */
export function assertNoBlankLabels(value: unknown, path = ''): void {
  if (typeof value === 'string') {
    if (value.includes('_:')) throw new ReservedTextError(path === '' ? '/' : path)
    return
  }
  if (typeof value !== 'object' || value === null) return
  const isArray = Array.isArray(value)
  for (const [key, member] of Object.entries(value)) {
    // Keys are terms of a context, unless a stranger wrote them: those are not repeated in an
    // error.
    if (!isArray && key.includes('_:')) throw new ReservedTextError(path === '' ? '/' : path)
    assertNoBlankLabels(member, isArray ? path : `${path}/${key.slice(0, 64)}`)
  }
}
