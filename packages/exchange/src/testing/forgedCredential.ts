import * as Bbs from '@ambrosia/credentials/Bbs'
import type { Loader } from '@ambrosia/credentials/Contexts'
import * as Credential from '@ambrosia/credentials/Credential'
import * as DidKey from '@ambrosia/credentials/DidKey'
import { random } from '@ambrosia/primitives/Bytes'
import { MANDATORY_POINTERS } from '../RecordCredential.ts'

/**
 * A credential signed by another key in its issuer's name: of every proof derived from it all
 * holds, but its pairing.
 */
export async function forgedCredential(
  credential: Record<string, unknown>,
  loader: Loader,
): Promise<Record<string, unknown>> {
  const { proof: _, ...unsigned } = credential
  const issuer = String(credential['issuer'])
  const { secretKey } = Bbs.keyPair('BLS12-381-SHA-256', random(32))
  const publicKey = DidKey.toPublicKey(issuer).bytes
  return await Credential.issueBbs({
    credential: unsigned,
    key: { id: DidKey.toVerificationMethodId(issuer), secretKey, publicKey },
    mandatoryPointers: MANDATORY_POINTERS,
    loader,
  })
}
