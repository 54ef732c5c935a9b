import type { Boundary } from '../Boundary.ts'
import { contractCalls } from './contracts.ts'
import { presentations, proofs, statusLists } from './credentials.ts'
import { criteria, files, signedMessages } from './messages.ts'
import { bundles, issuedRecords } from './records.ts'
import { ciphertexts, envelopes } from './sealed.ts'
import { services } from './services.ts'

/** Every place at which bytes of strangers come in, cheapest first. */
export const boundaries: readonly Boundary[] = [
  signedMessages,
  criteria,
  files,
  issuedRecords,
  bundles,
  ciphertexts,
  envelopes,
  statusLists,
  proofs,
  presentations,
  contractCalls,
  services,
]
