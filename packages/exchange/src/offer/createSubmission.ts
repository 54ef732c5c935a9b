import type { Loader } from '@ambrosia/credentials/Contexts'
import * as Credential from '@ambrosia/credentials/Credential'
import * as HolderBinding from '@ambrosia/credentials/HolderBinding'
import type { HolderKey } from '@ambrosia/credentials/Keys'
import {
  fromHex,
  type Hex,
  type RandomBytes,
  random,
  toBase64url,
  toHex,
} from '@ambrosia/primitives/Bytes'
import type { Address, LocalAccount } from 'viem'
import type { IssuedRecord } from '../IssuedRecord.ts'
import { type Domain, dealBookDomain } from '../messages/Message.ts'
import type { SignedPermission } from '../permission/SignedPermission.ts'
import type * as StorageReceipt from '../StorageReceipt.ts'
import * as Submission from '../Submission.ts'
import type { SubmissionBody } from '../SubmissionBody.ts'
import type { DealView, SealedOffer } from './sealOffer.ts'
import type { SelectedRecord } from './selectRecord.ts'

/** What presentations (a) have in common, of which every oracle of a deal is given its own. */
export async function discloseToOracles(
  statements: Credential.Statements,
  { pointers }: SelectedRecord,
): Promise<Credential.Disclosure> {
  return await statements.disclose([...pointers.shared, ...pointers.oracleOnly])
}

/**
 * The body for one oracle: presentation (a) under a header that binds deal, provider, manifest,
 * oracle, nonce and time.
 */
export async function createSubmission(options: {
  record: IssuedRecord
  selected: SelectedRecord
  offer: SealedOffer
  deal: DealView
  account: LocalAccount
  permission: SignedPermission
  holderKey: HolderKey
  receipt: StorageReceipt.StorageReceipt
  receiptSignature: Hex
  oracle: Address
  asOfSec: bigint
  loader: Loader
  /** What {@link discloseToOracles} gives, where several oracles are asked. */
  disclosure?: Credential.Disclosure
  randomBytes?: RandomBytes
}): Promise<SubmissionBody> {
  const { deal, offer } = options
  const {
    disclosure = await discloseToOracles(
      await Credential.openBbs({ signed: options.record.credential, loader: options.loader }),
      options.selected,
    ),
  } = options
  const domain: Domain = dealBookDomain(deal.chainId, deal.dealBook)
  const submission: Submission.Submission = {
    dealId: deal.dealId,
    provider: options.account.address,
    manifestHash: offer.manifestHash,
    criteriaHash: deal.criteriaHash,
    oracle: options.oracle,
    nonce: toHex((options.randomBytes ?? random)(32)),
    asOf: options.asOfSec,
  }
  const header = fromHex(Submission.hash(submission, domain))
  const presentation = disclosure.present(header)
  return {
    manifest: offer.manifest as unknown as Record<string, unknown>,
    permission: options.permission,
    receipt: options.receipt,
    receiptSignature: options.receiptSignature,
    submission,
    providerSignature: await options.account.signTypedData(
      Submission.toTypedData(submission, domain),
    ),
    holderSignature: toBase64url(HolderBinding.sign(options.holderKey, header)),
    presentation,
  }
}
