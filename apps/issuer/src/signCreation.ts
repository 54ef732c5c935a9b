import * as DidMessage from '@ambrosia/credentials/DidMessage'
import type { Issuer } from './Issuer.ts'
import { documentOf } from './keys.ts'

const LIFE_SEC = 3600

/** The message that puts the issuer's DID on chain, signed; whoever relays it pays. */
export async function signCreation(issuer: Issuer) {
  const { chainId, didRegistry, keys } = issuer
  const document = documentOf(keys, issuer.publicUrl())
  const deadline = BigInt(Math.floor(issuer.now() / 1000) + LIFE_SEC)
  const message = {
    firstController: keys.controller.address,
    salt: keys.salt,
    document,
    deadline,
  }
  const typedData = DidMessage.create({ chainId, didRegistry }, message)
  const { controller, verificationMethods, services } = DidMessage.toContractDocument(document)
  return {
    firstController: message.firstController,
    salt: message.salt,
    document: {
      controller,
      verificationMethods: [...verificationMethods],
      services: [...services],
    },
    deadline: deadline.toString(),
    signature: await keys.controller.signTypedData(typedData as never),
  }
}
