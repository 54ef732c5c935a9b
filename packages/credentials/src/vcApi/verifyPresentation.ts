import { eachProof, withSingleProof } from '../credential/proofs.ts'
import type { JsonObject } from '../DataModel.ts'
import { verify } from '../Presentation.ts'
import type { Context } from './context.ts'
import { type Answer, InvalidRequestError, type Problem } from './problem.ts'
import { readHeader, readObject, readOptions, readText, readTexts } from './request.ts'
import { verifyAsked, verifyOne } from './verifyCredential.ts'

/**
 * POST /presentations/verify: 200 when the presentation and every credential in it verify, their
 * status with them unless `checks` asks for the proofs alone. Without `challenge` in the options
 * the presentation's own is taken: the answer then says nothing about who presents now.
 */
export async function verifyPresentation(context: Context, body: unknown): Promise<Answer> {
  const presentation = withSingleProof(readObject(body, 'verifiablePresentation'))
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
  const asked = readTexts(options, 'checks')
  const problemDetails: Problem[] = []
  for (const credential of credentials) {
    for (const one of eachProof(credential)) {
      const suite = (one['proof'] as JsonObject)['cryptosuite']
      await verifyOne(context, one, suite === 'bbs-2023' ? suite : 'eddsa-rdfc-2022', header)
    }
    problemDetails.push(...(await verifyAsked(context, credential, asked)).problemDetails)
  }
  return {
    status: 200,
    body: {
      verified: true,
      credentialResults: credentials.map(() => ({ verified: true })),
      problemDetails,
    },
  }
}
