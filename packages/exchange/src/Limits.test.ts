import assert from 'node:assert/strict'
import { it } from 'node:test'
import * as Limits from './Limits.ts'

it('pins the limits: they are part of the protocol, and each is tested where it is enforced', () => {
  assert.deepEqual(
    { ...Limits },
    {
      CRITERIA_SIZE_BYTES: 65_536,
      DIGEST_LIST_COUNT: 200,
      RECORD_GROUP_COUNT: 3500,
      PAYLOAD_SIZE_BYTES: 134_217_728,
      PADDED_SIZE_BYTES: 167_772_160,
      SUBMISSION_SKEW_SEC: 300,
      PERMISSION_LIFE_SEC: 3_600,
      CERTIFICATE_LIFE_SEC: 3_600,
    },
  )
})
