import * as Certificate from '@ambrosia/exchange/Certificate'
import { dealBookDomain } from '@ambrosia/exchange/messages/Message'
import { random, toHex } from '@ambrosia/primitives/Bytes'
import { hasCode } from '@ambrosia/primitives/Errors'
import { privateKeyToAccount } from 'viem/accounts'
import type { SignedVerdict } from '../enclave/Enclave.ts'
import { serveEnclave } from '../enclave/serve.ts'

/**
 * An enclave that lies: what is sold already it certifies once more as another record. It says of
 * itself that it is the program that the network allows, and software attestation can't tell; the
 * stake answers for it.
 */
serveEnclave((enclave, { keystore, settings }) => {
  let last: SignedVerdict | undefined
  return {
    ...enclave,
    certify: async (body) => {
      try {
        last = await enclave.certify(body)
        return last
      } catch (error) {
        if (last === undefined || !hasCode(error, 'Record.AlreadySold')) throw error
        const certificate = { ...last.certificate, recordTag: toHex(random(32)) }
        const domain = dealBookDomain(settings.chainId, settings.dealBook)
        const signer = privateKeyToAccount(toHex(keystore.get('signer') as Uint8Array))
        return {
          ...last,
          certificate,
          certificateHash: Certificate.hash(certificate, domain),
          signature: await signer.signTypedData(Certificate.toTypedData(certificate, domain)),
        }
      }
    },
  }
})
