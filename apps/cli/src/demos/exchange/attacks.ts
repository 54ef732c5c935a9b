import { setTimeout as pause } from 'node:timers/promises'
import type { IssuerClient } from '@ambrosia/api/issuer/IssuerClient'
import type { IssuedRecord, SaltedResource } from '@ambrosia/exchange/IssuedRecord'
import { AmbrosiaError, toPlain } from '@ambrosia/primitives/Errors'
import type { Offering } from '@ambrosia/sdk/provider/offerRecord'
import { certifyOffer, prepareOffer } from '@ambrosia/sdk/provider/offerRecord'
import { settle, toSettlement } from '@ambrosia/sdk/relay/settle'
import type { LocalAccount } from 'viem'
import { balanceOf, type Sale } from './sale.ts'

/** An attack, and the code that refused it. */
export type Refused = { attack: string; code: string }

/**
 * Three ways to cheat, each tried for real against the running network. An attack that is accepted, or that moves money, ends the
 * demonstration. @throws Demo.AttackAccepted
 */
export async function tryToCheat(options: {
  offering: Offering
  sale: Sale
  relayer: LocalAccount
  issuer: IssuerClient
  statusIndex: number
  statusPeriodSec: number
}): Promise<Refused[]> {
  const { offering } = options
  const before = await balances(options)
  const refused = [
    await replayConsent(options),
    await changeByte(offering),
    await useRevoked(options),
  ]
  const after = await balances(options)
  if (before.some((amount, index) => amount !== after[index]))
    throw new AttackAcceptedError('an attack moved money')
  return refused
}

async function balances(options: Parameters<typeof tryToCheat>[0]): Promise<bigint[]> {
  const { offering } = options
  const accounts = [
    offering.account.address,
    offering.chain.contracts.dealBook,
    options.relayer.address,
  ]
  return await Promise.all(accounts.map((account) => balanceOf(offering, account)))
}

/** The relayer brings the settled consent again. */
async function replayConsent(options: Parameters<typeof tryToCheat>[0]): Promise<Refused> {
  const { offering, sale } = options
  const result = await settle({
    chain: offering.chain,
    relayer: options.relayer,
    deal: offering.deal,
    settlements: [toSettlement(offering.deal.terms, sale.certificate, sale.consent)],
  })
  const [refusal] = result.refused
  if (result.settled.length > 0 || !refusal)
    throw new AttackAcceptedError('a consent was settled twice')
  return { attack: 'replayed consent', code: refusal.code }
}

/** The provider changes one byte of a resource that the issuer signed. */
async function changeByte(offering: Offering): Promise<Refused> {
  const { indexes } = (await prepareOffer(offering)).selected
  const target =
    indexes.find((index) => /"value":\d/.test(offering.record.resources[index]?.text ?? '')) ??
    indexes[0]
  const resources = offering.record.resources.map((resource, index) =>
    index === target ? changed(resource) : resource,
  )
  const record: IssuedRecord = { ...offering.record, resources }
  return await refusedOffer('one changed byte', { ...offering, record })
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
async function useRevoked(options: Parameters<typeof tryToCheat>[0]): Promise<Refused> {
  await options.issuer.revoke(options.statusIndex)
  const periodMs = options.statusPeriodSec * 1000
  // The revocation counts from the next epoch of the status lists on.
  await pause(periodMs - (Date.now() % periodMs) + 300)
  return await refusedOffer('revoked credential', options.offering)
}

async function refusedOffer(attack: string, offering: Offering): Promise<Refused> {
  try {
    await certifyOffer(offering, await prepareOffer(offering))
  } catch (error) {
    const { code } = toPlain(error)
    if (!code.startsWith('Record.')) throw error
    return { attack, code }
  }
  throw new AttackAcceptedError(`${attack} was certified`)
}

export class AttackAcceptedError extends AmbrosiaError {
  constructor(what: string) {
    super('Demo.AttackAccepted', what, {
      hint: 'This is a fault of the software: please report it.',
    })
  }
}
