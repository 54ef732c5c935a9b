import * as Bundle from '@ambrosia/health/Bundle'
import { fromUtf8, random, toHex } from '@ambrosia/primitives/Bytes'
import * as CanonicalJson from '@ambrosia/primitives/CanonicalJson'
import { hmacSha256, lengthPrefixed } from '@ambrosia/primitives/Hash'
import type { Kysely } from 'kysely'
import type { IssuerDatabase } from './database/tables.ts'

/**
 * The handle of the person that a Bundle is about: 256 random bits, one a person at this issuer.
 * The person is known again by the identifiers of the Patient resource (else its id), which are
 * kept only under a secret key.
 */
export async function subjectHandleOf(
  database: Kysely<IssuerDatabase>,
  secret: Uint8Array,
  bundle: Uint8Array | string,
): Promise<string> {
  const { patient } = Bundle.read(bundle)
  const value = patient.value as { [key: string]: CanonicalJson.Value }
  const identifiers = value['identifier']
  const identity = Array.isArray(identifiers) && identifiers.length > 0 ? identifiers : patient.id
  const personKey = toHex(
    hmacSha256(secret, lengthPrefixed([fromUtf8('person'), CanonicalJson.encode(identity)])),
  )
  await database
    .insertInto('subject')
    .values({ person_key: personKey, subject_handle: toHex(random(32)) })
    .onConflict((conflict) => conflict.column('person_key').doNothing())
    .execute()
  const row = await database
    .selectFrom('subject')
    .select('subject_handle')
    .where('person_key', '=', personKey)
    .executeTakeFirstOrThrow()
  return row.subject_handle
}
