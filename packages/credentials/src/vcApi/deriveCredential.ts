import { deriveBbs } from '../Credential.ts'
import { assertCredential } from '../DataModel.ts'
import type { Context } from './context.ts'
import { type Answer, InvalidRequestError } from './problem.ts'
import { readHeader, readObject, readOptions, readPointers } from './request.ts'

/**
 * POST /credentials/derive: the parts of a bbs-2023 credential that its holder selects; 201 with
 * the derived credential.
 */
export async function deriveCredential(context: Context, body: unknown): Promise<Answer> {
  if (context.signing.cryptosuite !== 'bbs-2023') {
    throw new InvalidRequestError('only bbs-2023 credentials can be derived from')
  }
  const signed = readObject(body, 'verifiableCredential')
  const options = readOptions(body)
  assertCredential(signed)
  const derived = await deriveBbs({
    signed,
    selectivePointers: readPointers(options, 'selectivePointers') ?? [],
    presentationHeader: readHeader(options),
    loader: context.loader,
  })
  return { status: 201, body: derived }
}
