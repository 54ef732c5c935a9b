import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { toHex } from '@ambrosia/primitives/Bytes'
import * as Bundle from './Bundle.ts'
import * as ClaimProfile from './ClaimProfile.ts'
import * as Claims from './Claims.ts'
import { groupsOf } from './Groups.ts'
import { canonicalBytes } from './Resource.ts'

type Vectors = {
  profile: { name: string; sha256: string }
  valid: {
    bundle: string
    asOf: string
    canonical: string[]
    groups: { type: string; system: string; code: string; ids: string[] }[]
    claims: Claims.Claims
  }[]
  invalid: { bundle: string; code: string }[]
}

const path = new URL('../../../vectors/health/records.json', import.meta.url)
const vectors = JSON.parse(readFileSync(path, 'utf8')) as Vectors

describe('vectors of records', () => {
  it('canonical texts, groups and claims', () => {
    for (const { bundle, asOf, canonical, groups, claims } of vectors.valid) {
      const { resources } = Bundle.read(bundle)
      const texts = resources.map((one) => new TextDecoder().decode(canonicalBytes(one)))
      assert.deepEqual(texts, canonical)
      const found = groupsOf(resources).map(({ indexes, ...group }) => ({
        ...group,
        ids: indexes.map((index) => resources[index]?.id),
      }))
      assert.deepEqual(found, groups)
      const profile = ClaimProfile.AMBROSIA_CORE_2
      assert.deepEqual(Claims.derive(resources, profile, { asOf: new Date(asOf) }), claims)
    }
  })

  it('the hash of the claim profile', () => {
    assert.equal(ClaimProfile.AMBROSIA_CORE_2.name, vectors.profile.name)
    assert.equal(toHex(ClaimProfile.hash(ClaimProfile.AMBROSIA_CORE_2)), vectors.profile.sha256)
  })

  it('files that are refused', () => {
    for (const { bundle, code } of vectors.invalid) {
      assert.throws(() => Bundle.read(bundle), { code }, bundle)
    }
  })
})
