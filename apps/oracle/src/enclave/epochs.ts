import { EpochKeys, epochsDomain, thresholdOf } from '@ambrosia/exchange/quorum/EpochKeys'
import { fromUtf8, type Hex, toHex, toUtf8 } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import type { Keystore } from '@ambrosia/service/Keystore'
import * as Generation from '@ambrosia/threshold/Generation'
import * as Sharing from '@ambrosia/threshold/Sharing'
import { type Address, isAddressEqual } from 'viem'
import { createDealings, NotMemberError, PlanError } from './dealings.ts'
import type { EnclaveSettings, WrappedShare } from './Enclave.ts'
import type { EpochOffer, EpochPlan, SignedDealing } from './EpochPlan.ts'
import type { EnclaveKeys } from './keys.ts'
import type { Peers } from './peers.ts'
import { createShareEnvelopes } from './shareEnvelopes.ts'

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
  const envelopes = createShareEnvelopes({ settings, oracleEpochs, keys })
  const dealings = createDealings({ settings, oracleEpochs, keys, peers: context.peers, envelopes })

  const keptOf = (epoch: bigint, tagCommitment: Hex): Kept => {
    const kept = keystore.get(nameOf(epoch, tagCommitment))
    if (kept === undefined) throw new UnknownError(epoch)
    return JSON.parse(toUtf8(kept)) as Kept
  }

  return {
    /** Deals this oracle's random part. */
    deal: async (plan: EpochPlan): Promise<SignedDealing> =>
      await dealings.deal(plan, await dealings.verifyPlan(plan)),

    /**
     * Adds up dealings of at least two thirds of the members, so that one of them is honest, and
     * votes for the sum.
     */
    accept: async (
      plan: EpochPlan,
      signed: readonly SignedDealing[],
      expiresAtSec: bigint,
    ): Promise<EpochOffer> => {
      const membersHash = await dealings.verifyPlan(plan)
      if (signed.length < thresholdOf(plan.members.length))
        throw new PlanError('number of dealings')
      const received = await Promise.all(
        signed.map((dealing) => dealings.open(plan, membersHash, dealing)),
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
      return await envelopes.wrap(share, member, { epoch, binding: tagCommitment })
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
            const bound = { epoch, binding: tagCommitment, from }
            return { index, value: await envelopes.unwrap(envelope, bound) }
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

export class UnknownError extends AmbrosiaError {
  constructor(epoch: bigint) {
    super('Epoch.Unknown', `this oracle does not have the secret of epoch ${epoch}`, {
      hint: 'It takes part in epochs that begin after its admission.',
    })
  }
}
