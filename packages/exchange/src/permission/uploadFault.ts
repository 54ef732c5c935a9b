import { type Address, type Hex, isAddressEqual } from 'viem'
import { PERMISSION_LIFE_SEC, SUBMISSION_SKEW_SEC } from '../Limits.ts'
import type { Domain } from '../messages/Message.ts'
import * as PermissionToCheck from '../PermissionToCheck.ts'

/** A permission as a store sees it: without the words, which say what leaves. */
export type BarePermission = {
  permission: PermissionToCheck.PermissionToCheck
  signature: Hex
}

/**
 * Why a permission to check does not let a store take the sealed record for the oracles; undefined
 * where it does. The words are the oracles' to judge: a store knows their hash only.
 */
export async function uploadFault(
  { permission, signature }: BarePermission,
  upload: {
    dealId: Hex
    provider: Address
    manifestHash: Hex
    /** Oracles of the deal. */
    oracles: readonly Address[]
    nowSec: number
    domain: Domain
  },
): Promise<string | undefined> {
  const { dealId, provider, manifestHash, oracles, asOf, validUntil } = permission
  const isOfUpload =
    dealId === upload.dealId &&
    manifestHash === upload.manifestHash &&
    isAddressEqual(provider, upload.provider)
  if (!isOfUpload) return 'permission for another record or deal'
  const areOfDeal = oracles.every((one) => upload.oracles.some((of) => isAddressEqual(of, one)))
  if (oracles.length === 0 || !areOfDeal)
    return 'permission for oracles that the deal does not name'
  const nowSec = BigInt(Math.floor(upload.nowSec))
  const skewSec = BigInt(SUBMISSION_SKEW_SEC)
  const isInTime =
    asOf <= nowSec + skewSec &&
    nowSec <= validUntil + skewSec &&
    validUntil - asOf <= BigInt(PERMISSION_LIFE_SEC)
  if (!isInTime) return 'permission at another time'
  const isSigned = await PermissionToCheck.verify(permission, upload.domain, provider, signature)
  return isSigned ? undefined : 'permission signature'
}
