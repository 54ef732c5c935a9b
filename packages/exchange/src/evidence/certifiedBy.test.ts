import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Hex } from '@ambrosia/primitives/Bytes'
import { type Address, concat, encodeAbiParameters, hashTypedData, recoverAddress } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import * as Certificate from '../Certificate.ts'
import * as CertificateBatch from '../CertificateBatch.ts'
import type { DealTerms } from '../Deal.ts'
import { dealBookDomain } from '../messages/Message.ts'
import { packAlone, packCertification } from '../PackedSettlement.ts'
import {
  batchCertificates,
  CertificateBatch as EpochBatch,
  quorumDomain,
  rootFrom,
} from '../quorum/CertificateBatch.ts'
import { packSignatures } from '../quorum/QuorumProof.ts'
import { account, plainCertificate, plainConsent, word } from '../testing/plainSettlement.ts'
import { certifiedBy } from './certifiedBy.ts'
import type { SignedCertificate } from './SignedCertificate.ts'

const domain = dealBookDomain(31337, account('d'))
const verifier = quorumDomain('PackedQuorumVerifier', 31337, account('e'))
const signers = [0, 1, 2].map(() => privateKeyToAccount(generatePrivateKey()))
const terms = {
  certificateLife: 600,
  validatorHash: word('9'),
  oracles: [account('1'), account('2'), account('3')],
} as unknown as DealTerms

function certificateOf(digit: string): Certificate.Certificate {
  return { ...plainCertificate, personTag: word(digit), recordTag: word(digit) }
}

function packed(certificate: Certificate.Certificate): Hex {
  return packAlone({
    certificate,
    consent: plainConsent,
    consentSignature: `0x${'1'.repeat(64)}${'2'.repeat(64)}1b`,
    relayerFee: 1n,
    oracleSignatures: [],
  })
}

/** Who signed a piece of evidence, by the digest that the judge computes. */
async function signerOf(evidence: SignedCertificate): Promise<Address> {
  const { certificate, settlement, epoch, way, signature } = evidence
  let digest = Certificate.hash(certificate, domain)
  for (const path of settlement) {
    digest = CertificateBatch.hash({ root: rootFrom(digest, path) }, domain)
  }
  if (epoch !== 0n) digest = EpochBatch.hash({ epoch, root: rootFrom(digest, way) }, verifier)
  return await recoverAddress({ hash: digest, signature })
}

const sign = (index: number, typed: unknown): Promise<Hex> =>
  signers[index]!.sign({ hash: hashTypedData(typed as never) })

/** A proof of NetworkCertificateVerifier over a digest, by oracles 0 and 2 at places 4 and 1. */
async function networkProof(digest: Hex): Promise<Hex> {
  const { root, paths } = batchCertificates([word('7'), digest, word('8')])
  const typed = EpochBatch.toTypedData({ epoch: 6n, root }, verifier)
  const proof = packSignatures(6n, [
    { place: 4, signature: await sign(0, typed) },
    { place: 1, signature: await sign(2, typed) },
  ])
  const components = [
    { type: 'uint256', name: 'turns' },
    { type: 'bytes32[]', name: 'path' },
    { type: 'bytes', name: 'proof' },
    { type: 'uint8[]', name: 'places' },
  ] as const
  const { turns, path } = paths[1]!
  const value = { turns, path, proof, places: [4, 1] }
  return concat(['0x0005', encodeAbiParameters([{ type: 'tuple', components }], [value])])
}

async function assertSigned(
  { signed }: { signed: { oracle: Address; evidence: SignedCertificate }[] },
  indexes: readonly number[],
) {
  assert.deepEqual(
    signed.map(({ oracle }) => oracle),
    indexes.map((index) => terms.oracles[index]),
  )
  for (const [at, index] of indexes.entries()) {
    assert.equal(await signerOf(signed[at]!.evidence), signers[index]!.address)
  }
}

describe('certifiedBy', () => {
  const all = ['a', 'b', 'c'].map(certificateOf)

  it('finds signatures over each certificate', async () => {
    const certification = async (certificate: Certificate.Certificate) => {
      const typed = Certificate.toTypedData(certificate, domain)
      const signatures = [2, 1].map(async (index) => ({
        index,
        signature: await sign(index, typed),
      }))
      return packCertification(await Promise.all(signatures))
    }
    const settlements = await Promise.all(
      all.map(async (one) => concat([packed(one), await certification(one)])),
    )
    const call = { dealId: word('0'), terms, settlements, certification: '0x' } as const
    const found = certifiedBy(call, domain)
    assert.deepEqual(
      found.map(({ certificate }) => certificate),
      all,
    )
    for (const one of found) await assertSigned(one, [1, 2])
  })

  it('finds signatures over the root of a batch, with what was too short in it', async () => {
    const hashes = all.map((one) => Certificate.hash(one, domain))
    const { root } = batchCertificates([hashes[0]!, word('0'), ...hashes.slice(1)])
    const typed = CertificateBatch.toTypedData({ root }, domain)
    const signatures = [0, 1, 2].map(async (index) => ({
      index,
      signature: await sign(index, typed),
    }))
    const certification = packCertification(await Promise.all(signatures))
    const [first, ...rest] = all.map(packed)
    const settlements = [first!, '0x1234' as const, ...rest]
    const found = certifiedBy({ dealId: word('0'), terms, settlements, certification }, domain)
    assert.equal(found.length, 3)
    for (const one of found) await assertSigned(one, [0, 1, 2])
  })

  it("finds what is signed in an epoch's batch, and a settled batch as its leaf", async () => {
    const [one] = all as [Certificate.Certificate]
    const digest = Certificate.hash(one, domain)
    const alone = concat([packed(one), await networkProof(digest)])
    const call = { dealId: word('0'), terms, settlements: [alone], certification: '0x' } as const
    await assertSigned(certifiedBy(call, domain)[0]!, [0, 2])

    const hashes = all.map((each) => Certificate.hash(each, domain))
    const { root } = batchCertificates(hashes)
    const certification = await networkProof(CertificateBatch.hash({ root }, domain))
    const batch = { dealId: word('0'), terms, settlements: all.map(packed), certification }
    for (const found of certifiedBy(batch, domain)) await assertSigned(found, [0, 2])
  })

  it('finds none in a proof of another form', () => {
    const shapes: Hex[] = ['0x0007', '0x0003ff', `0x0001${'00'.repeat(300)}`, '0xffff']
    for (const certification of shapes) {
      const settlements = [concat([packed(all[0]!), certification])]
      const call = { dealId: word('0'), terms, settlements, certification: '0x' } as const
      const [found] = certifiedBy(call, domain)
      assert.deepEqual(found?.signed, [], certification.slice(0, 10))
      const batch = { dealId: word('0'), terms, settlements: [packed(all[0]!)], certification }
      assert.deepEqual(certifiedBy(batch, domain)[0]?.signed, [])
    }
  })
})
