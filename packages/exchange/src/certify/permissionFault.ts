import { type Address, isAddressEqual } from 'viem'
import { PERMISSION_LIFE_SEC, SUBMISSION_SKEW_SEC } from '../Limits.ts'
import type { Domain } from '../messages/Message.ts'
import * as PermissionToCheck from '../PermissionToCheck.ts'
import { bindingSentences } from '../permission/permissionSentences.ts'
import { hashWords } from '../permission/SignedPermission.ts'
import type { SubmissionBody } from '../SubmissionBody.ts'

/**
 * Why the provider's permission does not let this oracle open the record; undefined where it does.
 * Whether what was opened is what was permitted shows only afterwards: the payload root.
 */
export async function permissionFault(
  { submission, permission: signed }: SubmissionBody,
  { self, nowSec }: { self: { operator: Address }; nowSec: () => bigint },
  domain: Domain,
): Promise<string | undefined> {
  const { permission, words, signature } = signed
  const { dealId, oracles, asOf, validUntil } = permission
  const isOfOffer =
    dealId === submission.dealId &&
    permission.manifestHash === submission.manifestHash &&
    isAddressEqual(permission.provider, submission.provider)
  if (!isOfOffer) return 'permission for another offer'
  if (!oracles.some((oracle) => isAddressEqual(oracle, self.operator)))
    return 'permission for other oracles'
  const isInTime =
    asOf <= submission.asOf &&
    submission.asOf <= validUntil &&
    nowSec() <= validUntil + BigInt(SUBMISSION_SKEW_SEC) &&
    validUntil - asOf <= BigInt(PERMISSION_LIFE_SEC)
  if (!isInTime) return 'permission at another time'
  const needed = bindingSentences({ dealId, oracles, validUntil })
  const isSaid = needed.every((sentence) => words.sentences.includes(sentence))
  if (hashWords(words) !== permission.wordsHash || !isSaid) return 'permission under other words'
  const isSigned = await PermissionToCheck.verify(
    permission,
    domain,
    submission.provider,
    signature,
  )
  return isSigned ? undefined : 'permission signature'
}
