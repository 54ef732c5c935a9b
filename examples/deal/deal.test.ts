import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import * as Agreement from '@ambrosia/exchange/Agreement'
import * as Criteria from '@ambrosia/exchange/Criteria'
import { checkSample } from '@ambrosia/exchange/judge/checkSample'
import * as Generator from '@ambrosia/health/Generator'
import { fromUtf8 } from '@ambrosia/primitives/Bytes'
import * as CanonicalJson from '@ambrosia/primitives/CanonicalJson'

const AS_OF = new Date('2026-06-01T00:00:00Z')

function read(name: string): object {
  return JSON.parse(readFileSync(join(import.meta.dirname, name), 'utf8'))
}

/** The criteria with the parties that `deal create` fills in. */
function criteria(): Criteria.Criteria {
  const parties = { issuers: ['did:example:issuer'], consumer: 'did:example:consumer' }
  return Criteria.parse({ ...read('criteria.json'), ...parties })
}

describe('the documents of a deal', () => {
  it('go together', () => {
    const agreement = Agreement.parse(read('agreement.json'))
    assert.equal(agreement.purpose, criteria().purpose)
    assert.equal(agreement.resale, false)
  })

  it('find a person with diabetes, and tell why nobody else is found', async () => {
    const sample = (name: string, options: { ageYears: number; condition?: string }) => ({
      name,
      read: async () => {
        const { bundle } = Generator.patient({ seed: 1, asOf: AS_OF, resources: 120, ...options })
        return fromUtf8(CanonicalJson.stringify(bundle))
      },
    })
    const { files } = await checkSample({
      criteria: criteria(),
      files: [
        sample('with diabetes', { ageYears: 57, condition: 'diabetes' }),
        sample('young and healthy', { ageYears: 20 }),
      ],
      asOf: AS_OF,
    })
    assert.deepEqual(
      files.map(({ file, matches }) => [file, matches]),
      [
        ['with diabetes', true],
        ['young and healthy', false],
      ],
    )
    assert.notDeepEqual(files[1]?.failed, [])
  })
})
