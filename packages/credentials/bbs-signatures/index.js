/**
 * The interface of the package `@digitalbazaar/bbs-signatures` over the BBS core of
 * `@ambrosia/credentials`, so that the bbs-2023 suite runs on it unchanged. The root package.json
 * puts it in place by `overrides`.
 */
import { random } from '@ambrosia/primitives/Bytes'
import * as Bbs from '../src/Bbs.ts'

export const CIPHERSUITES = {
  BLS12381_SHAKE256: 'BLS12-381-SHAKE-256',
  BLS12381_SHA256: 'BLS12-381-SHA-256',
}

export async function generateKeyPair({ seed = random(32), ciphersuite } = {}) {
  await Bbs.ready()
  return Bbs.keyPair(ciphersuite, seed)
}

export async function secretKeyToPublicKey({ secretKey } = {}) {
  await Bbs.ready()
  return Bbs.publicKey(secretKey)
}

export async function sign({ secretKey, publicKey, header, messages, ciphersuite } = {}) {
  await Bbs.ready()
  return Bbs.sign({ ciphersuite, secretKey, publicKey, header, messages })
}

export async function verifySignature({
  publicKey,
  signature,
  header,
  messages,
  ciphersuite,
} = {}) {
  await Bbs.ready()
  return Bbs.verify({ ciphersuite, publicKey, signature, header, messages })
}

export async function deriveProof({
  publicKey,
  signature,
  header,
  messages,
  presentationHeader,
  disclosedMessageIndexes,
  ciphersuite,
} = {}) {
  await Bbs.ready()
  return Bbs.prove({
    ciphersuite,
    publicKey,
    signature,
    header,
    presentationHeader,
    messages,
    disclosedIndexes: disclosedMessageIndexes,
  })
}

export async function verifyProof({
  publicKey,
  proof,
  header,
  presentationHeader,
  disclosedMessages,
  disclosedMessageIndexes,
  ciphersuite,
} = {}) {
  await Bbs.ready()
  return Bbs.verifyProof({
    ciphersuite,
    publicKey,
    proof,
    header,
    presentationHeader,
    messages: disclosedMessages,
    disclosedIndexes: disclosedMessageIndexes,
  })
}
