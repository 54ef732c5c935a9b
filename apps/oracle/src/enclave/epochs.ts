import {
  EpochKeys,
  epochsDomain,
  hashMembers,
  thresholdOf,
} from '@ambrosia/exchange/quorum/EpochKeys'
import { fromHex, fromUint, fromUtf8, type Hex, toHex, toUtf8 } from '@ambrosia/primitives/Bytes'
import * as CanonicalJson from '@ambrosia/primitives/CanonicalJson'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { sha256Tagged } from '@ambrosia/primitives/Hash'
import * as Envelope from '@ambrosia/sealing/Envelope'
import type { Keystore } from '@ambrosia/service/Keystore'
import * as Generation from '@ambrosia/threshold/Generation'
import * as Sharing from '@ambrosia/threshold/Sharing'
import { type Address, isAddressEqual, recoverMessageAddress } from 'viem'
import type { EnclaveSettings, WrappedShare } from './Enclave.ts'
import type { Dealing, EpochOffer, EpochPlan, Member, SignedDealing } from './EpochPlan.ts'
import type { EnclaveKeys } from './keys.ts'
import type { Peers } from './peers.ts'

/** A share as it is kept: with the commitments, and with those who may ask for it. */
type Kept = {
  share: Sharing.Share
  commitments: readonly Hex[]
  members: readonly { operator: Address; encryptionKey: Hex }[]
}

type Context = {
  settings: EnclaveSettings
  oracleEpochs: Address
  keys: EnclaveKeys
  keystore: Keystore
  peers: Peers
}

/** What an enclave has to do with epochs. */
export function createEpochs(context: Context) {
  const { settings, keys, keystore, oracleEpochs } = context
  /** By commitment: a chain that reorganises can have another epoch of the same number. */
  const secrets = new Map<Hex, Uint8Array>()
  const self = (plan: EpochPlan): number => placeOf(plan, keys.operator)

  const verifyPlan = async (plan: EpochPlan): Promise<Hex> => {
    if (plan.members.length === 0 || plan.members.length > Sharing.MAXIMUM_INDEX)
      throw new PlanError('number of members')
    for (const member of plan.members) {
      if (!isAddressEqual(member.operator, member.keys.operator)) throw new PlanError('operator')
      await context.peers.verify(member)
    }
    const mine = plan.members[self(plan)]?.keys
    const isMine =
      mine !== undefined &&
      isAddressEqual(mine.signer, keys.signer.address) &&
      mine.encryptionKey === toHex(keys.publicKey)
    if (!isMine) throw new PlanError('keys of this oracle')
    return hashMembers(plan.members.map(({ keys: { operator, signer } }) => ({ operator, signer })))
  }

  const contextOf = (epoch: bigint, binding: Hex, from: Address, to: Address): Uint8Array =>
    sha256Tagged(
      'ambrosia/epoch-share/1',
      fromUint(settings.chainId, 32),
      fromHex(oracleEpochs),
      fromUint(epoch, 8),
      fromHex(binding),
      fromHex(from),
      fromHex(to),
    )

  const wrapTo = (
    share: Sharing.Share,
    to: { operator: Address; encryptionKey: Hex },
    bound: Uint8Array,
  ): Promise<Envelope.Envelope> =>
    Envelope.wrap({
      dataKey: fromHex(share.value),
      recipient: {
        keyId: to.operator.toLowerCase(),
        epoch: 1,
        publicKey: fromHex(to.encryptionKey),
      },
      context: bound,
    })

  const digestOf = (dealing: Dealing): Uint8Array =>
    sha256Tagged(
      'ambrosia/epoch-dealing/1',
      fromUint(settings.chainId, 32),
      fromHex(oracleEpochs),
      CanonicalJson.encode(dealing),
    )

  /** This oracle's share out of a dealing, checked as far as the dealing allows. */
  const openDealing = async (
    plan: EpochPlan,
    membersHash: Hex,
    { dealing, signature }: SignedDealing,
  ): Promise<Generation.Held & { dealer: number }> => {
    const dealer = placeOf(plan, dealing.dealer)
    const member = plan.members[dealer] as Member
    const raw = digestOf(dealing)
    const signer = await recoverMessageAddress({ message: { raw }, signature })
    const isOfPlan =
      dealing.epoch === plan.epoch.toString() &&
      dealing.membersHash === membersHash &&
      dealing.envelopes.length === plan.members.length &&
      dealing.commitments.length === thresholdOf(plan.members.length)
    if (!isOfPlan || !isAddressEqual(signer, member.keys.signer))
      throw new DealingError(dealing.dealer)
    const place = self(plan)
    const value = await Envelope.unwrap({
      envelope: dealing.envelopes[place] as Envelope.Envelope,
      privateKey: keys.privateKey,
      context: contextOf(plan.epoch, membersHash, dealing.dealer, keys.operator),
    })
    const share = { index: place + 1, value: toHex(value) }
    return { dealer: dealer + 1, commitments: dealing.commitments, share }
  }

  const keptOf = (epoch: bigint, tagCommitment: Hex): Kept => {
    const kept = keystore.get(nameOf(epoch, tagCommitment))
    if (kept === undefined) throw new UnknownError(epoch)
    return JSON.parse(toUtf8(kept)) as Kept
  }

  return {
    /** Deals this oracle's random part. */
    deal: async (plan: EpochPlan): Promise<SignedDealing> => {
      const membersHash = await verifyPlan(plan)
      const { commitments, shares } = Sharing.split(Sharing.createSecret(), {
        threshold: thresholdOf(plan.members.length),
        indices: plan.members.map((_, place) => place + 1),
      })
      const envelopes = await Promise.all(
        plan.members.map(({ operator, keys: { encryptionKey } }, place) =>
          wrapTo(
            shares[place] as Sharing.Share,
            { operator, encryptionKey },
            contextOf(plan.epoch, membersHash, keys.operator, operator),
          ),
        ),
      )
      const dealing: Dealing = {
        epoch: plan.epoch.toString(),
        membersHash,
        dealer: keys.operator,
        commitments,
        envelopes,
      }
      return {
        dealing,
        signature: await keys.signer.signMessage({ message: { raw: digestOf(dealing) } }),
      }
    },

    /**
     * Adds up dealings of at least two thirds of the members, so that one of them is honest, and
     * votes for the sum.
     */
    accept: async (
      plan: EpochPlan,
      dealings: readonly SignedDealing[],
      expiresAtSec: bigint,
    ): Promise<EpochOffer> => {
      const membersHash = await verifyPlan(plan)
      if (dealings.length < thresholdOf(plan.members.length))
        throw new PlanError('number of dealings')
      const received = await Promise.all(
        dealings.map((dealing) => openDealing(plan, membersHash, dealing)),
      )
      const { share, commitments } = Generation.addDealings(received)
      const tagCommitment = toHex(Sharing.hashCommitments(commitments))
      const members = plan.members.map(({ operator, keys: { encryptionKey } }) => ({
        operator,
        encryptionKey,
      }))
      const kept: Kept = { share, commitments, members }
      keystore.getOrCreate(nameOf(plan.epoch, tagCommitment), () => fromUtf8(JSON.stringify(kept)))
      const message = {
        epoch: plan.epoch,
        tagCommitment,
        networkKey: Sharing.publicKey(commitments),
        membersHash,
        expiresAt: expiresAtSec,
      }
      const domain = epochsDomain(settings.chainId, oracleEpochs)
      const signature = await keys.signer.signTypedData(EpochKeys.toTypedData(message, domain))
      return { keys: message, voter: keys.operator, signature }
    },

    wrapShare: async (epoch: bigint, tagCommitment: Hex, asker: Address) => {
      const { share, members } = keptOf(epoch, tagCommitment)
      // The key is the one whose evidence this enclave verified, whoever asks.
      const member = members.find(({ operator }) => isAddressEqual(operator, asker))
      if (member === undefined) throw new NotMemberError()
      return await wrapTo(
        share,
        member,
        contextOf(epoch, tagCommitment, keys.operator, member.operator),
      )
    },

    openShares: async (epoch: bigint, tagCommitment: Hex, shares: readonly WrappedShare[]) => {
      if (secrets.has(tagCommitment)) return
      const { share, commitments, members } = keptOf(epoch, tagCommitment)
      const others = await Promise.all(
        shares
          .filter(({ from }) => !isAddressEqual(from, keys.operator))
          .map(async ({ from, envelope }) => {
            const index = members.findIndex(({ operator }) => isAddressEqual(operator, from)) + 1
            if (index === 0) throw new NotMemberError()
            const context = contextOf(epoch, tagCommitment, from, keys.operator)
            const value = await Envelope.unwrap({ envelope, privateKey: keys.privateKey, context })
            return { index, value: toHex(value) }
          }),
      )
      // One that gives a wrong share must not keep the others from being enough.
      const valid = others.filter((one) => Sharing.isValid(one, commitments))
      const secret = Sharing.combine([share, ...valid], commitments)
      secrets.set(tagCommitment, Sharing.deriveKey(secret, 'tag'))
    },

    openEpochs: async (): Promise<Hex[]> => [...secrets.keys()],

    /** @throws Epoch.Unknown */
    tagSecret: ({ epoch, tagCommitment }: { epoch: bigint; tagCommitment: Hex }): Uint8Array => {
      const secret = secrets.get(tagCommitment)
      if (secret === undefined) throw new UnknownError(epoch)
      return secret
    },
  }
}

function nameOf(epoch: bigint, tagCommitment: Hex): string {
  return `share-${epoch}-${tagCommitment.slice(2, 34)}`
}

function placeOf({ members }: EpochPlan, wanted: Address): number {
  const place = members.findIndex(({ operator }) => isAddressEqual(operator, wanted))
  if (place < 0) throw new NotMemberError()
  return place
}

export class PlanError extends AmbrosiaError {
  constructor(what: string) {
    super('Epoch.WrongPlan', `the next epoch can not begin like this: ${what}`)
  }
}

export class DealingError extends AmbrosiaError {
  constructor(dealer: Address) {
    super('Epoch.WrongDealing', `the dealing of ${dealer} is not one for this epoch`)
  }
}

export class NotMemberError extends AmbrosiaError {
  constructor() {
    super('Epoch.NotMember', 'an epoch and its secret belong to its members')
  }
}

export class UnknownError extends AmbrosiaError {
  constructor(epoch: bigint) {
    super('Epoch.Unknown', `this oracle does not have the secret of epoch ${epoch}`, {
      hint: 'It takes part in epochs that begin after its admission.',
    })
  }
}
