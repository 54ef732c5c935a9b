import * as Bundle from '@ambrosia/health/Bundle'
import { fromUtf8, type Hex, random, toHex } from '@ambrosia/primitives/Bytes'
import * as CanonicalJson from '@ambrosia/primitives/CanonicalJson'
import { hmacSha256, lengthPrefixed } from '@ambrosia/primitives/Hash'
import type { Kysely } from 'kysely'
import type { IssuerDatabase } from './database/tables.ts'

/**
 * What the person that a Bundle is about is known again by: the identifiers of the Patient resource
 * (else its id), under a secret key.
 */
export function personKeyOf(secret: Uint8Array, bundle: Uint8Array | string): Hex {
  const { patient } = Bundle.read(bundle)
  const value = patient.value as { [key: string]: CanonicalJson.Value }
  const identifiers = value['identifier']
  const identity = Array.isArray(identifiers) && identifiers.length > 0 ? identifiers : patient.id
  return toHex(
    hmacSha256(secret, lengthPrefixed([fromUtf8('person'), CanonicalJson.encode(identity)])),
  )
}

/** The handle of a person: 256 random bits, one a person at this issuer. */
export async function subjectHandleOf(
  database: Kysely<IssuerDatabase>,
  personKey: Hex,
): Promise<string> {
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
