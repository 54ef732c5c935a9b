import { createOracleClient } from '@ambrosia/api/oracle/OracleClient'
import { developmentAccount } from '@ambrosia/devnet/accounts'
import { type SignedCertificate, signedAlone } from '@ambrosia/exchange/evidence/SignedCertificate'
import { createSubmission } from '@ambrosia/exchange/offer/createSubmission'
import type { Hex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { viewOf } from '@ambrosia/sdk/provider/offerRecord'
import { permitCheck } from '@ambrosia/sdk/provider/permitCheck'
import { parseEventLogs, type TransactionReceipt } from 'viem'
import type { Sold } from '../exchange/types.ts'
import type { Ground } from '../frame/startGround.ts'
import type { Contracts } from './Contracts.ts'
import type { Newcomer } from './joinLiar.ts'

/** Two certificates of one oracle over one sealed record. */
export type Evidence = { first: SignedCertificate; second: SignedCertificate }

/**
 * What an oracle answers to the record of a sale that is made: the honest refuse, a liar signs once
 * more.
 * @throws the oracle's refusal
 */
export async function offerAgain(
  { offering, sale }: Sold,
  oracle: { url: string; operator: Hex },
): Promise<SignedCertificate> {
  const { chain, deal, store, account } = offering
  const { offer, selected } = sale.sealed
  const permission = await permitCheck({ offering, sealed: sale.sealed })
  const { receipt, signature: receiptSignature } = await store.upload(account, {
    dealId: deal.dealId,
    manifestHash: offer.manifestHash,
    contentAddress: offer.contentAddress,
    sealed: offer.sealed,
    permission,
  })
  const body = await createSubmission({
    record: offering.record,
    selected,
    offer,
    deal: viewOf(chain, deal),
    account,
    permission,
    holderKey: offering.holderKey,
    receipt,
    receiptSignature,
    oracle: oracle.operator,
    asOfSec: BigInt(Math.floor(Date.now() / 1000)),
    loader: offering.loader,
  })
  const client = createOracleClient({ url: oracle.url, fetch, now: Date.now })
  const { certificate, signature } = await client.submit(body)
  return signedAlone(certificate, signature)
}

/** Gathers what the liar signed: its part of the sale's certificate, and what it signs now. */
export async function gatherEvidence(sold: Sold, liar: Newcomer): Promise<Evidence> {
  const { certificate, signatures } = sold.sale.certificate
  const own = signatures.find(({ oracle }) => oracle === liar.operator)
  if (own === undefined) throw new NotCertifiedError(liar.name)
  return {
    first: signedAlone(certificate, own.signature),
    second: await offerAgain(sold, liar),
  }
}

/** Shows evidence to the judge, as a reporter. */
export async function prove(
  ground: Ground,
  contracts: Contracts,
  { first, second }: Evidence,
  sold: Sold,
): Promise<TransactionReceipt> {
  const [settled] = sold.sale.result.settled
  return await ground.network.chain.send(developmentAccount('relayer'), {
    ...contracts.equivocation,
    functionName: 'prove',
    args: [first, second, settled === undefined ? [] : [settled.record]],
  })
}

/** What a judge's transaction took and paid. @throws Demo.NotPunished */
export function punishmentOf(contracts: Contracts, { logs }: TransactionReceipt) {
  const [punished] = parseEventLogs({ abi: contracts.desk.abi, logs, eventName: 'Punished' })
  if (punished === undefined) throw new NotPunishedError()
  return punished.args
}

export class NotCertifiedError extends AmbrosiaError {
  constructor(name: string) {
    super('Demo.NotCertified', `${name} did not certify the sale`)
  }
}

export class NotPunishedError extends AmbrosiaError {
  constructor() {
    super('Demo.NotPunished', 'the judge took the evidence and punished nobody')
  }
}
