import { hashMembers, thresholdOf } from '@ambrosia/exchange/quorum/EpochKeys'
import { fromHex, fromUint, type Hex, toHex } from '@ambrosia/primitives/Bytes'
import * as CanonicalJson from '@ambrosia/primitives/CanonicalJson'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { sha256Tagged } from '@ambrosia/primitives/Hash'
import type { Envelope } from '@ambrosia/sealing/Envelope'
import type * as Generation from '@ambrosia/threshold/Generation'
import * as Sharing from '@ambrosia/threshold/Sharing'
import { type Address, isAddressEqual, recoverMessageAddress } from 'viem'
import type { EnclaveSettings } from './Enclave.ts'
import type { Dealing, EpochPlan, Member, SignedDealing } from './EpochPlan.ts'
import type { EnclaveKeys } from './keys.ts'
import type { Peers } from './peers.ts'
import type { ShareEnvelopes } from './shareEnvelopes.ts'

type Context = {
  settings: EnclaveSettings
  oracleEpochs: Address
  keys: EnclaveKeys
  peers: Peers
  envelopes: ShareEnvelopes
}

/** How the members of the next epoch deal its secret among themselves. */
export function createDealings(context: Context) {
  const { settings, oracleEpochs, keys, peers, envelopes } = context
  const self = (plan: EpochPlan): number => placeOf(plan, keys.operator)

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
    const value = await envelopes.unwrap(dealing.envelopes[place] as Envelope, {
      epoch: plan.epoch,
      binding: membersHash,
      from: dealing.dealer,
    })
    const share = { index: place + 1, value }
    return { dealer: dealer + 1, commitments: dealing.commitments, share }
  }

  return {
    /**
     * The hash of a plan's members, each with evidence that holds, this oracle among them.
     * @throws Epoch.WrongPlan
     */
    verifyPlan: async (plan: EpochPlan): Promise<Hex> => {
      if (plan.members.length === 0 || plan.members.length > Sharing.MAXIMUM_INDEX)
        throw new PlanError('number of members')
      for (const member of plan.members) {
        if (!isAddressEqual(member.operator, member.keys.operator)) throw new PlanError('operator')
        await peers.verify(member)
      }
      const mine = plan.members[self(plan)]?.keys
      const isMine =
        mine !== undefined &&
        isAddressEqual(mine.signer, keys.signer.address) &&
        mine.encryptionKey === toHex(keys.publicKey)
      if (!isMine) throw new PlanError('keys of this oracle')
      return hashMembers(
        plan.members.map(({ keys: { operator, signer } }) => ({ operator, signer })),
      )
    },

    /** Deals this oracle's random part. */
    deal: async (plan: EpochPlan, membersHash: Hex): Promise<SignedDealing> => {
      const { commitments, shares } = Sharing.split(Sharing.createSecret(), {
        threshold: thresholdOf(plan.members.length),
        indices: plan.members.map((_, place) => place + 1),
      })
      const bound = { epoch: plan.epoch, binding: membersHash }
      const wrapped = await Promise.all(
        plan.members.map(({ operator, keys: { encryptionKey } }, place) =>
          envelopes.wrap(shares[place] as Sharing.Share, { operator, encryptionKey }, bound),
        ),
      )
      const dealing: Dealing = {
        epoch: plan.epoch.toString(),
        membersHash,
        dealer: keys.operator,
        commitments,
        envelopes: wrapped,
      }
      return {
        dealing,
        signature: await keys.signer.signMessage({ message: { raw: digestOf(dealing) } }),
      }
    },

    open: openDealing,
  }
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
