import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Hex, toHex } from '@ambrosia/primitives/Bytes'
import { readVectors } from '@ambrosia/primitives/testing/vectors'
import { hashTypedData } from 'viem'
import * as NodeKeys from './NodeKeys.ts'

type Vector = {
  keys: Record<Exclude<keyof NodeKeys.NodeKeys, 'expiresAtSec'>, Hex> & { expiresAt: string }
  chainId: string
  verifyingContract: Hex
  digest: Hex
}

const { valid } = readVectors<Vector, never>('attestation/nodeKeys.json')

/** `name type,name type` of an EIP-712 type string. */
const FIELDS = NodeKeys.TYPE.slice('NodeKeys('.length, -1)
  .split(',')
  .map((field) => {
    const [type = '', name = ''] = field.split(' ')
    return { name, type }
  })

describe('digest', () => {
  it('is the one of the vectors and the one that viem computes', () => {
    assert.ok(valid.length > 0)
    for (const { keys, chainId, verifyingContract, digest } of valid) {
      const { expiresAt, ...rest } = keys
      const admission = { chainId: BigInt(chainId), verifyingContract }
      const ours = NodeKeys.digest({ ...rest, expiresAtSec: BigInt(expiresAt) }, admission)
      assert.equal(toHex(ours), digest)
      const theirs = hashTypedData({
        domain: {
          name: 'OracleAdmission',
          version: '1',
          chainId: BigInt(chainId),
          verifyingContract,
        },
        types: { NodeKeys: FIELDS },
        primaryType: 'NodeKeys',
        message: { ...keys, expiresAt: BigInt(expiresAt) },
      })
      assert.equal(theirs, digest)
    }
  })

  it('refuses keys of another size', () => {
    const { keys, chainId, verifyingContract } = valid[0] as Vector
    const { expiresAt, ...rest } = keys
    const admission = { chainId: BigInt(chainId), verifyingContract }
    const short = { ...rest, signer: '0x01' as Hex, expiresAtSec: BigInt(expiresAt) }
    assert.throws(() => NodeKeys.digest(short, admission), { code: 'Attestation.Malformed' })
  })
})
