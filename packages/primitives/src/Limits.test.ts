import assert from 'node:assert/strict'
import { it } from 'node:test'
import * as Limits from './Limits.ts'

it('pins the limits: they are part of the protocol, and each is tested where it is enforced', () => {
  assert.deepEqual(
    { ...Limits },
    {
      BUNDLE_SIZE_BYTES: 67_108_864,
      RESOURCE_SIZE_BYTES: 4_194_304,
      JSON_DEPTH: 64,
      JSON_NODE_COUNT: 4_000_000,
      MESSAGE_NODE_COUNT: 200_000,
      RECORD_RESOURCE_COUNT: 20_000,
      ATTESTATION_EVIDENCE_SIZE_BYTES: 16_384,
    },
  )
})
