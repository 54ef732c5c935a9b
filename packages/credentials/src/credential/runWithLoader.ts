import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import type { Loader } from '../Contexts.ts'
import { ProofInvalidError, UndefinedTermError } from './errors.ts'

/**
 * Runs a step of the JSON-LD and proof suites. They wrap what a loader throws and put values of the
 * document into their messages; here our own errors come out as they were, and theirs as one of
 * ours without their text.
 */
export async function runWithLoader<T>(
  loader: Loader,
  step: (documentLoader: Loader) => Promise<T>,
): Promise<T> {
  let loaderError: unknown
  const documentLoader: Loader = async (url) => {
    try {
      return await loader(url)
    } catch (error) {
      loaderError ??= error
      throw error
    }
  }
  try {
    return await step(documentLoader)
  } catch (error) {
    if (loaderError !== undefined) throw loaderError
    if (error instanceof AmbrosiaError) throw error
    if (isUndefinedTerm(error)) throw new UndefinedTermError()
    throw new ProofInvalidError()
  }
}

/** The JSON-LD processor's safe mode refuses terms that no context defines. */
function isUndefinedTerm(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false
  const { name, cause, errors } = error as { name?: string; cause?: unknown; errors?: unknown[] }
  if (name === 'jsonld.ValidationError') return true
  return isUndefinedTerm(cause) || (Array.isArray(errors) && errors.some(isUndefinedTerm))
}
