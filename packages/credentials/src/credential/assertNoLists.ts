import jsonld from 'jsonld'
import type { Loader } from '../Contexts.ts'
import type { JsonObject } from '../DataModel.ts'
import { ListUnsupportedError } from './errors.ts'
import { runWithLoader } from './runWithLoader.ts'

/**
 * Refuses ordered lists (`@list`, by a context or in the document) for bbs-2023: the suite's steps
 * that name blank nodes for selective disclosure pass over the nodes of a list, so that what it
 * signs does not verify.
 * @throws Credential.ListUnsupported
 */
export async function assertNoLists(document: JsonObject, loader: Loader): Promise<void> {
  const expanded = await runWithLoader(loader, (documentLoader) =>
    jsonld.expand(document, { documentLoader, safe: true }),
  )
  const term = listIn(expanded)
  if (term !== undefined) throw new ListUnsupportedError(term)
}

/** The IRI of the first property whose value is a list. */
function listIn(value: unknown, property = ''): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  if (Array.isArray(value)) {
    for (const item of value) {
      const found = listIn(item, property)
      if (found !== undefined) return found
    }
    return undefined
  }
  for (const [key, member] of Object.entries(value)) {
    if (key === '@list') return property
    const found = listIn(member, key)
    if (found !== undefined) return found
  }
  return undefined
}
