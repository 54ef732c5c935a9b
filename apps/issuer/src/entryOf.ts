import { fromUtf8, toHex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { hmacSha256, lengthPrefixed } from '@ambrosia/primitives/Hash'
import type { Issuer } from './Issuer.ts'
import type { Entry, Identity, IssueRequest } from './issuing/Issuing.ts'
import { subjectHandleOf } from './subjectHandle.ts'

/**
 * The person's handle and a status entry for a record that is about to be signed. Under a request
 * key that was used for the same request the entry is the same one: whoever asks again, because no
 * answer came, has nothing to revoke twice.
 * @throws Issuer.KeyReused, StatusList.Full
 */
export async function entryOf(
  issuer: Issuer,
  { requestKey }: IssueRequest,
  { personKey, requestDigest }: Identity,
): Promise<Entry> {
  const { database, statusLists, keys } = issuer
  const subjectHandle = await subjectHandleOf(database, personKey)
  if (requestKey === undefined)
    return { subjectHandle, credentialStatus: await statusLists.allocate() }
  // A key may say who the record is of: only its HMAC is kept.
  const key = toHex(
    hmacSha256(keys.personSecret, lengthPrefixed([fromUtf8('request key'), fromUtf8(requestKey)])),
  )
  const find = () =>
    database.selectFrom('issuance').selectAll().where('request_key', '=', key).executeTakeFirst()
  let row = await find()
  if (row === undefined) {
    const { statusListIndex } = await statusLists.allocate()
    await database
      .insertInto('issuance')
      .values({
        request_key: key,
        request_digest: requestDigest,
        list_index: Number(statusListIndex),
      })
      .onConflict((conflict) => conflict.column('request_key').doNothing())
      .execute()
    // Of two at once one wins, and both get its entry.
    row = await find()
  }
  if (row?.request_digest !== requestDigest) throw new KeyReusedError()
  return { subjectHandle, credentialStatus: statusLists.entryAt(row.list_index) }
}

export class KeyReusedError extends AmbrosiaError {
  constructor() {
    super('Issuer.KeyReused', 'the key was used for another request', {
      hint: 'Send the same Bundle, form and holder under a key, or choose another key.',
    })
  }
}
