import type { Hex } from '@ambrosia/primitives/Bytes'
import type { Address } from 'viem'
import type { Certificate } from '../Certificate.ts'
import type { Consent } from '../Consent.ts'

/** A word and an account of one digit, so that each field of a message can be told from others. */
export const word = (digit: string): Hex => `0x${digit.repeat(64)}`
export const account = (digit: string): Address => `0x${digit.repeat(40)}`

/** A certificate with a value of its own in every field that its deal does not imply. */
export const plainCertificate: Certificate = {
  dealId: word('0'),
  provider: account('a'),
  manifestHash: word('1'),
  personTag: word('2'),
  recordTag: word('3'),
  score: 77,
  asOf: 1_900_000_000n,
  validUntil: 1_900_000_600n,
  validatorHash: word('9'),
  statusListsRoot: word('4'),
  receiptHash: word('5'),
}

/** A consent with a value of its own in every field that deal and certificate do not imply. */
export const plainConsent: Consent = {
  dealId: word('0'),
  certificateHash: word('0'),
  consumer: account('0'),
  agreementHash: word('0'),
  answersHash: word('6'),
  purpose: word('0'),
  token: account('0'),
  minimumNet: 1n,
  payout: account('b'),
  relayer: account('c'),
  maximumRelayerFee: 7n,
  signedUntil: 8n,
  consentUntil: 9n,
}
