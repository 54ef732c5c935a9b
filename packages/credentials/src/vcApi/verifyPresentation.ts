import type { JsonObject } from '../DataModel.ts'
import { verify } from '../Presentation.ts'
import type { Context } from './context.ts'
import { type Answer, InvalidRequestError } from './problem.ts'
import { readHeader, readObject, readOptions, readText } from './request.ts'
import { verifyOne } from './verifyCredential.ts'

/**
 * POST /presentations/verify: 200 when the presentation and every credential in it verify. Without `challenge` in the
 * options the presentation's own is taken: the answer then says nothing about who presents now.
 */
export async function verifyPresentation(context: Context, body: unknown): Promise<Answer> {
  const presentation = readObject(body, 'verifiablePresentation')
  const options = readOptions(body)
  const proof = presentation['proof'] as JsonObject | undefined
  const challenge = readText(options, 'challenge') ?? proof?.['challenge']
  if (typeof challenge !== 'string') {
    throw new InvalidRequestError('neither the request nor the presentation has a challenge')
  }
  const { credentials } = await verify({
    presentation,
    challenge,
    domain: readText(options, 'domain'),
    resolver: context.resolver,
    loader: context.loader,
    nowMs: context.now(),
  })
  const header = readHeader(options)
  for (const credential of credentials) {
    const suite = (credential['proof'] as JsonObject)['cryptosuite']
    await verifyOne(context, credential, suite === 'bbs-2023' ? suite : 'eddsa-rdfc-2022', header)
  }
  return {
    status: 200,
    body: {
      verified: true,
      credentialResults: credentials.map(() => ({ verified: true })),
      problemDetails: [],
    },
  }
}
