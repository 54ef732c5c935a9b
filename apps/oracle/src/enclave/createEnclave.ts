import * as NodeKeys from '@ambrosia/attestation/NodeKeys'
import type { Policy } from '@ambrosia/attestation/Policy'
import * as Certificate from '@ambrosia/exchange/Certificate'
import type { CertifyContext } from '@ambrosia/exchange/certify/certify'
import { RefusedError } from '@ambrosia/exchange/certify/RefusedError'
import { dealBookDomain } from '@ambrosia/exchange/messages/Message'
import { AdmissionVote, admissionDomain } from '@ambrosia/exchange/quorum/AdmissionVote'
import { CertificateBatch, quorumDomain } from '@ambrosia/exchange/quorum/CertificateBatch'
import { provePossession, registryDomain } from '@ambrosia/exchange/quorum/SigningKey'
import * as SubmissionBody from '@ambrosia/exchange/SubmissionBody'
import * as Validation from '@ambrosia/health/Validation'
import { random, toHex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import * as Envelope from '@ambrosia/sealing/Envelope'
import type { Keystore } from '@ambrosia/service/Keystore'
import { certifyBatch, rootOfOwn } from './certifyBatch.ts'
import type {
  Application,
  BatchSignature,
  Enclave,
  EnclaveSettings,
  Outside,
  OwnApplication,
  SignedCertificate,
} from './Enclave.ts'
import { createEpochs } from './epochs.ts'
import { createJudge } from './judging/createJudge.ts'
import type { Judge, JudgeSettings } from './judging/Judging.ts'
import { type EnclaveKeys, openKeys } from './keys.ts'
import { createPeers, developmentPolicy } from './peers.ts'
import type { Platform } from './platform.ts'
import { createRelease } from './release.ts'
import { createTagSecret, openTagSecret, readTagSecret, wrapTagSecret } from './tagSecret.ts'

export type EnclaveParts = {
  settings: EnclaveSettings
  keystore: Keystore
  /** Waits until what the keystore was given lies with the host. Default: at once. */
  kept?: () => Promise<void>
  platform: Platform
  outside: Outside
  now: () => number
  /** Whose evidence counts. Default: a development network's. */
  policy?: Omit<Policy, 'measurements'>
  /** Keys from elsewhere than the keystore, and lists that are verified already; for tests. */
  keys?: EnclaveKeys
  listsAt?: CertifyContext['listsAt']
  /** Where submissions are judged. Default: in step with the caller, for tests. */
  createJudge?: (settings: JudgeSettings) => Judge
}

/** The inside of an enclave: everything that works with keys. */
export async function createEnclave(parts: EnclaveParts): Promise<Enclave> {
  const { settings, keystore, platform, now, kept = async () => {} } = parts
  const keys = parts.keys ?? (await openKeys(keystore, settings.operator))
  await kept()
  const validatorHash = toHex(Validation.validatorHash())
  const nowSec = (): bigint => BigInt(Math.floor(now() / 1000))
  const { chainId, dealBook } = settings
  const judge = createJudgeOf(parts)({
    chainId,
    dealBook,
    self: {
      operator: keys.operator,
      keyId: keys.keyId,
      epoch: keys.epoch,
      privateKey: keys.privateKey,
    },
    validatorHash,
  })
  const network = createNetwork(parts, keys)
  const tagSecretOf = async (dealId: unknown): Promise<Uint8Array> => {
    if (network === undefined) {
      const secret = readTagSecret(keystore)
      if (secret === undefined) throw new NotReadyError()
      return secret
    }
    const isId = typeof dealId === 'string' && /^0x[0-9a-f]{64}$/.test(dealId)
    const epoch = isId ? await parts.outside.epochOfDeal(dealId as `0x${string}`) : undefined
    if (epoch === undefined) throw new RefusedError(undefined)
    return network.epochs.tagSecret(epoch)
  }
  const inNetwork = (): NonNullable<typeof network> => {
    if (network === undefined) throw new WrongModeError()
    return network
  }
  const alone = (): void => {
    // Whoever the host names would get the secret; in a network with admission only evidence
    // counts.
    if (network !== undefined || settings.mode === 'production') throw new WrongModeError()
  }
  return {
    describe: async () => ({
      signer: keys.signer.address,
      possession: await provePossession(
        keys.signer,
        settings.operator,
        registryDomain(chainId, settings.oracleRegistry),
      ),
      publicKey: keys.publicKey,
      keyId: keys.keyId,
      epoch: keys.epoch,
      measurement: platform.measurement,
      validatorHash,
      attestation: platform.attestation,
    }),
    certify: async (data) => {
      const body = parse(data)
      const tagSecret = await tagSecretOf(body.submission.dealId)
      const verdict = await judge({ body, tagSecret })
      const { certificate } = verdict
      const domain = dealBookDomain(chainId, dealBook)
      return {
        ...verdict,
        certificateHash: Certificate.hash(certificate, domain),
        signature: await keys.signer.signTypedData(Certificate.toTypedData(certificate, domain)),
      }
    },
    release: (request) =>
      createRelease({
        ...request,
        ...settings,
        self: keys,
        signer: keys.signer,
        chain: parts.outside,
      }),
    hasTagSecret: async () => readTagSecret(keystore) !== undefined,
    createTagSecret: async () => {
      alone()
      createTagSecret(keystore)
      await kept()
    },
    wrapTagSecret: async (peer) => {
      alone()
      const secret = readTagSecret(keystore)
      if (secret === undefined) throw new NotReadyError()
      return await wrapTagSecret({ secret, peer, chainId, dealBook })
    },
    openTagSecret: async (envelope) => {
      alone()
      await openTagSecret({ envelope, self: keys, chainId, dealBook, keystore })
      await kept()
    },
    apply: (nonce, expiresAtSec) => inNetwork().apply(nonce, expiresAtSec, Number(nowSec())),
    vote: (application) => inNetwork().vote(application),
    deal: (plan) => inNetwork().epochs.deal(plan),
    accept: async (plan, dealings, expiresAtSec) => {
      const offer = await inNetwork().epochs.accept(plan, dealings, expiresAtSec)
      // A vote for a secret of which this oracle could lose its share would be no vote.
      await kept()
      return offer
    },
    wrapShare: (epoch, commitment, asker) => inNetwork().epochs.wrapShare(epoch, commitment, asker),
    openShares: (epoch, commitment, shares) =>
      inNetwork().epochs.openShares(epoch, commitment, shares),
    signBatch: (signed) => inNetwork().signBatch(signed),
    certifyBatch: (signed) => certifyBatch(signed, keys, dealBookDomain(chainId, dealBook)),
    openEpochs: async () => (network === undefined ? [] : await network.epochs.openEpochs()),
  }
}

function createJudgeOf(parts: EnclaveParts): (settings: JudgeSettings) => Judge {
  const { outside, now, listsAt } = parts
  return parts.createJudge ?? ((settings) => createJudge({ settings, outside, now, listsAt }))
}

/** What an enclave does in a network with admission and epochs. */
function createNetwork(parts: EnclaveParts, keys: EnclaveKeys) {
  const { settings, keystore, platform, outside, now } = parts
  if (settings.network === undefined) return undefined
  const { oracleAdmission, oracleEpochs, packedQuorumVerifier } = settings.network
  const policy = parts.policy ?? developmentPolicy()
  const nowSec = (): number => Math.floor(now() / 1000)
  const peers = createPeers({ settings, oracleAdmission, outside, policy, nowSec })
  const domain = admissionDomain(settings.chainId, oracleAdmission)
  const admission = { chainId: BigInt(settings.chainId), verifyingContract: oracleAdmission }
  return {
    epochs: createEpochs({ settings, oracleEpochs, keys, keystore, peers }),
    apply: async (
      nonce: `0x${string}`,
      expiresAtSec: bigint,
      atSec: number,
    ): Promise<OwnApplication> => {
      const admissionSeed = random(32)
      const { publicKey } = await Envelope.createKeyPair(() => admissionSeed)
      const nodeKeys: NodeKeys.NodeKeys = {
        operator: settings.operator,
        signer: keys.signer.address,
        encryptionKey: toHex(keys.publicKey),
        admissionKey: toHex(publicKey),
        blsKeyHash: `0x${'00'.repeat(32)}`,
        measurement: platform.measurement,
        nonce,
        expiresAtSec,
      }
      const hash = toHex(NodeKeys.digest(nodeKeys, admission))
      const possession = await keys.signer.sign({ hash })
      const reportData = NodeKeys.reportData(nodeKeys, admission)
      return { keys: nodeKeys, possession, evidence: platform.evidence(reportData, atSec) }
    },
    signBatch: async (signed: readonly SignedCertificate[]): Promise<BatchSignature> => {
      const book = dealBookDomain(settings.chainId, settings.dealBook)
      const root = await rootOfOwn(signed, keys.signer.address, book)
      const epoch = await outside.currentEpoch()
      const verifier = quorumDomain('PackedQuorumVerifier', settings.chainId, packedQuorumVerifier)
      const batch = CertificateBatch.toTypedData({ epoch, root }, verifier)
      return { epoch, signature: await keys.signer.signTypedData(batch) }
    },
    vote: async (application: Application) => {
      const keysDigest = await peers.verify(application)
      const vote = { keysDigest, expiresAt: application.keys.expiresAtSec }
      return await keys.signer.signTypedData(AdmissionVote.toTypedData(vote, domain))
    },
  }
}

/** What can't be read, and what has no canonical form, is refused with the one answer too. */
function parse(data: unknown): SubmissionBody.SubmissionBody {
  try {
    return SubmissionBody.fromJson(data)
  } catch (error) {
    throw new RefusedError(error)
  }
}

export class NotReadyError extends AmbrosiaError {
  constructor() {
    super('Oracle.NotReady', 'this oracle is not admitted yet, or has no tag secret yet', {
      hint: 'Try again shortly, or use another oracle of the deal.',
    })
  }
}

export class WrongModeError extends AmbrosiaError {
  constructor() {
    super('Enclave.WrongMode', 'this network hands its secrets over in another way')
  }
}
