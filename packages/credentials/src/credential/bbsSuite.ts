import { concat, fromUtf8 } from '@ambrosia/primitives/Bytes'
import { createVerifyCryptosuite } from '@digitalbazaar/bbs-2023-cryptosuite'
import type { Cryptosuite } from '@digitalbazaar/data-integrity'
import * as Bbs from '../Bbs.ts'
import { fromMultibase } from '../Keys.ts'

export const BBS_ALGORITHM = 'BBS-BLS12-381-SHA-256'

/** What the suite makes of a derived document for its verifier. */
type VerifyData = {
  bbsProof: Uint8Array
  proofHash: Uint8Array
  mandatoryHash: Uint8Array
  nonMandatory: readonly string[]
  selectiveIndexes: readonly number[]
  presentationHeader: Uint8Array
}

/**
 * The suite bbs-2023 for verifying, with its last step (vc-di-bbs, section 3.4.7, step 2 on) done
 * here, so that the pairings of several proofs can be decided together.
 */
export function createBbsSuite(
  expectedPresentationHeader: Uint8Array,
  pairings: Bbs.Pairings | undefined,
): Cryptosuite {
  const createVerifier = async ({
    verificationMethod,
  }: {
    verificationMethod: { id: string; publicKeyMultibase: string }
  }) => ({
    id: verificationMethod.id,
    algorithm: BBS_ALGORITHM,
    verify: async ({ data }: { data: VerifyData }) =>
      Bbs.verifyProof({
        ciphersuite: 'BLS12-381-SHA-256',
        publicKey: fromMultibase(verificationMethod.publicKeyMultibase).bytes,
        proof: data.bbsProof,
        header: concat(data.proofHash, data.mandatoryHash),
        presentationHeader: data.presentationHeader,
        messages: data.nonMandatory.map(fromUtf8),
        disclosedIndexes: data.selectiveIndexes,
        pairings,
      }),
  })
  return Object.assign(createVerifyCryptosuite({ expectedPresentationHeader }), { createVerifier })
}
