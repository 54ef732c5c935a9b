import type { JsonObject } from '../DataModel.ts'
import type { Context } from './context.ts'
import { type Answer, InvalidRequestError } from './problem.ts'
import { readObject, readText } from './request.ts'

/**
 * POST /credentials/status: sets (or with `status: false` clears) the status of a credential issued
 * here; 200.
 */
export async function updateStatus(context: Context, body: unknown): Promise<Answer> {
  const { statusPurpose } = readObject(body, 'credentialStatus')
  const request = body as JsonObject
  const credentialId = readText(request, 'credentialId')
  const isSet = request['status'] ?? true
  if (statusPurpose !== 'revocation' && statusPurpose !== 'suspension') {
    throw new InvalidRequestError('credentialStatus.statusPurpose is not one that is offered')
  }
  if (credentialId === undefined || typeof isSet !== 'boolean') {
    throw new InvalidRequestError('the request needs a credentialId, and status is true or false')
  }
  const isKnown = await context.status?.update(credentialId, statusPurpose, isSet)
  if (isKnown !== true) throw new InvalidRequestError('no credential of this id was issued here')
  return { status: 200, body: { credentialId, statusPurpose, status: isSet } }
}
