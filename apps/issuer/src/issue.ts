import type { IssuedRecord, RecordForm } from '@ambrosia/exchange/IssuedRecord'
import { issueRecord } from '@ambrosia/exchange/issue/issueRecord'
import type { Report } from '@ambrosia/health/SafeHarbor'
import { random } from '@ambrosia/primitives/Bytes'
import type { Issuer } from './Issuer.ts'
import { subjectHandleOf } from './subjectHandle.ts'

/** Issues a record of a Bundle to a holder, with a status entry and a handle of its own. */
export async function issue(
  issuer: Issuer,
  request: { bundle: Uint8Array; form: RecordForm; holder: string },
): Promise<{
  record: IssuedRecord
  claimCount: number
  digestCount: number
  statusIndex: number
  report?: Report
}> {
  const { keys, database, statusLists, log } = issuer
  const credentialStatus = await statusLists.allocate()
  const { report, ...issuance } = await issueRecord({
    ...request,
    issuer: keys.did,
    key: keys.bbs,
    subjectHandle: await subjectHandleOf(database, keys.personSecret, request.bundle),
    credentialStatus,
    validForSec: issuer.validForSec,
    now: new Date(issuer.now()),
    randomBytes: random,
    loader: issuer.loader,
  })
  const { digestCount: digests, claimCount: claims } = issuance
  log.info({ digests, claims, form: request.form }, 'a record was issued')
  const statusIndex = Number(credentialStatus.statusListIndex)
  return { ...issuance, statusIndex, ...(report ? { report } : {}) }
}
