import { setTimeout as pause } from 'node:timers/promises'
import { medTokenAbi } from '@ambrosia/chain/abi/token'
import { developmentAccount } from '@ambrosia/devnet/accounts'
import type { IssuedRecord, SaltedResource } from '@ambrosia/exchange/IssuedRecord'
import { toSettlement } from '@ambrosia/exchange/Settlement'
import type { Offering } from '@ambrosia/sdk/provider/offerRecord'
import { certifyOffer, prepareOffer } from '@ambrosia/sdk/provider/offerRecord'
import { permitCheck } from '@ambrosia/sdk/provider/permitCheck'
import { settle } from '@ambrosia/sdk/relay/settle'
import type { Attack } from '../frame/Stage.ts'
import type { Ground } from '../frame/startGround.ts'
import type { Sold } from './types.ts'

/**
 * Three ways to cheat with a record that was sold, each tried for real against the running network.
 */
export function attacksOn(sold: Sold, ground: Ground): Attack[] {
  const { offering } = sold
  // The oracles and the provider's own checks refuse under the name of what is wrong with the
  // record.
  const refusal = /^Record\./
  return [
    { name: 'replayed consent', attempt: () => replayConsent(sold) },
    { name: 'one changed byte', attempt: () => offer(changeByte(offering)), refusal },
    { name: 'revoked credential', attempt: () => offerRevoked(sold, ground), refusal },
  ]
}

/** What provider, deal book and relayer hold. */
export async function balancesOf({ chain, account }: Offering): Promise<bigint[]> {
  const { dealBook, medToken } = chain.contracts
  const holders = [account.address, dealBook, developmentAccount('relayer').address]
  return await Promise.all(
    holders.map((holder) =>
      chain.client.readContract({
        address: medToken,
        abi: medTokenAbi,
        functionName: 'balanceOf',
        args: [holder],
      }),
    ),
  )
}

/** The relayer brings the settled consent again. */
async function replayConsent({ offering, sale }: Sold): Promise<string | undefined> {
  const result = await settle({
    chain: offering.chain,
    relayer: developmentAccount('relayer'),
    deal: offering.deal,
    settlements: [toSettlement(offering.deal.terms, sale.certificate, sale.consent)],
  })
  return result.settled.length > 0 ? undefined : result.refused[0]?.code
}

/** The provider changes one byte of a resource that the issuer signed. */
async function changeByte(offering: Offering): Promise<Offering> {
  const { indexes } = (await prepareOffer(offering)).selected
  const target =
    indexes.find((index) => /"value":\d/.test(offering.record.resources[index]?.text ?? '')) ??
    indexes[0]
  const resources = offering.record.resources.map((resource, index) =>
    index === target ? changed(resource) : resource,
  )
  const record: IssuedRecord = { ...offering.record, resources }
  return { ...offering, record }
}

/** Adds one to the first digit of a number, or to a letter of an id where there is no number. */
function changed(resource: SaltedResource): SaltedResource {
  const text = resource.text.replace(
    /("value":)(\d)|("id":")([0-9a-f])/,
    (_, value, digit, id, letter) =>
      value
        ? `${value}${digit === '9' ? '8' : Number(digit) + 1}`
        : `${id}${letter === 'a' ? 'b' : 'a'}`,
  )
  return { ...resource, text }
}

/** The issuer revokes the credential; the provider offers it all the same. */
async function offerRevoked({ holder, offering }: Sold, { network }: Ground): Promise<undefined> {
  await network.issuer.revoke(holder.issued.statusIndex)
  const periodMs = network.statusPeriodSec * 1000
  // The revocation counts from the next epoch of the status lists on.
  await pause(periodMs - (Date.now() % periodMs) + 300)
  return await offer(Promise.resolve(offering))
}

/** Has an offer certified. @throws what refuses it */
async function offer(offering: Promise<Offering>): Promise<undefined> {
  const offered = await offering
  const sealed = await prepareOffer(offered)
  await certifyOffer(offered, sealed, await permitCheck({ offering: offered, sealed }))
}
