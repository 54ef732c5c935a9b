import * as Certificate from '@ambrosia/exchange/Certificate'
import * as CertificateBatch from '@ambrosia/exchange/CertificateBatch'
import type { Domain } from '@ambrosia/exchange/messages/Message'
import { batchCertificates } from '@ambrosia/exchange/quorum/CertificateBatch'
import type { Hex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import type { Address } from 'viem'
import type { RootSignature, SignedCertificate } from './Enclave.ts'
import type { EnclaveKeys } from './keys.ts'

/**
 * Signs the root over certificates, each of which these keys have signed: it says nothing new, so
 * whoever holds the certificates may have it.
 * @throws Certificate.Foreign
 */
export async function certifyBatch(
  signed: readonly SignedCertificate[],
  { signer }: Pick<EnclaveKeys, 'signer'>,
  domain: Domain,
): Promise<RootSignature> {
  const root = await rootOfOwn(signed, signer.address, domain)
  const typed = CertificateBatch.toTypedData({ root }, domain)
  return { root, signature: await signer.signTypedData(typed) }
}

/**
 * The root over certificates that a key has signed each: a host must not get one over anything
 * else.
 * @throws Certificate.Foreign
 */
export async function rootOfOwn(
  signed: readonly SignedCertificate[],
  signer: Address,
  domain: Domain,
): Promise<Hex> {
  for (const { certificate, signature } of signed) {
    const isOwn = await Certificate.verify(certificate, domain, signer, signature)
    if (!isOwn) throw new ForeignCertificateError()
  }
  const hashes = signed.map(({ certificate }) => Certificate.hash(certificate, domain))
  return batchCertificates(hashes).root
}

export class ForeignCertificateError extends AmbrosiaError {
  constructor() {
    super('Certificate.Foreign', 'this enclave did not make that certificate')
  }
}
