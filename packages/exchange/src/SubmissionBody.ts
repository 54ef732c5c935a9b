import { type Hex, toHex } from '@ambrosia/primitives/Bytes'
import * as CanonicalJson from '@ambrosia/primitives/CanonicalJson'
import { sha256 } from '@ambrosia/primitives/Hash'
import * as SignedPermission from './permission/SignedPermission.ts'
import * as StorageReceipt from './StorageReceipt.ts'
import * as Submission from './Submission.ts'
import { submissionBodySchema } from './schemas/record.ts'
import { assertShape } from './validateShape.ts'

/** What a provider sends to one oracle; docs/protocol/exchange.md, section 7. */
export type SubmissionBody = {
  /** The manifest as JSON; `packages/sealing` parses it. */
  manifest: Record<string, unknown>
  /** The provider's leave for this oracle to open the record, given before anything left. */
  permission: SignedPermission.SignedPermission
  receipt: StorageReceipt.StorageReceipt
  receiptSignature: Hex
  submission: Submission.Submission
  providerSignature: Hex
  /** Ed25519 signature of the holder key over the Submission digest, base64url. */
  holderSignature: string
  presentation: Record<string, unknown>
}

export function toJson(body: SubmissionBody): Record<string, unknown> {
  return {
    ...body,
    permission: SignedPermission.toJson(body.permission),
    receipt: StorageReceipt.toJson(body.receipt),
    submission: Submission.toJson(body.submission),
  }
}

/** @throws Shape.Mismatch, Message.Malformed */
export function fromJson(data: unknown): SubmissionBody {
  const shape = assertShape<Record<string, unknown>>(submissionBodySchema, data)
  return {
    ...(shape as unknown as SubmissionBody),
    permission: SignedPermission.fromJson(shape['permission']),
    receipt: StorageReceipt.fromJson(shape['receipt']),
    submission: Submission.fromJson(shape['submission']),
  }
}

/** SHA-256 of a document (manifest, criteria, agreement) in the form of RFC 8785. */
export function documentHash(document: unknown): Hex {
  return toHex(sha256(CanonicalJson.encode(document)))
}
