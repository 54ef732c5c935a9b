import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { before, describe, it } from 'node:test'
import * as Criteria from '@ambrosia/exchange/Criteria'
import { checkSample } from '@ambrosia/exchange/judge/checkSample'
import * as Generator from '@ambrosia/health/Generator'
import { fromUtf8 } from '@ambrosia/primitives/Bytes'
import * as CanonicalJson from '@ambrosia/primitives/CanonicalJson'

const GUIDE = new URL('../../../../../docs/guides/criteria.md', import.meta.url)
const AS_OF = new Date('2026-01-01T00:00:00Z')
const PARTIES = { issuers: ['did:example:issuer'], consumer: 'did:example:consumer' }

/** The examples of the guide, each with the number of people that it says it finds. */
const examples = [
  ...readFileSync(GUIDE, 'utf8').matchAll(
    /^## (\d+\. [^\n]+)\n[\s\S]*?```json\n([\s\S]*?)```\n\nIt finds (\d+) of the twelve\./gm,
  ),
].map(([, title = '', json = '', found = '']) => ({ title, json, found: Number(found) }))

describe('the guide to criteria', () => {
  let files: { name: string; read: () => Promise<Uint8Array> }[]
  before(() => {
    const people = Generator.population({ seed: 7, count: 12, resources: 150, asOf: AS_OF })
    files = [...people].map(({ bundle }, index) => ({
      name: `patient-${index}`,
      read: async () => fromUtf8(CanonicalJson.stringify(bundle)),
    }))
  })

  it('has five examples', () => assert.equal(examples.length, 5))

  for (const { title, json, found } of examples) {
    it(`finds whom it says: ${title}`, async () => {
      const criteria = Criteria.parse({ ...JSON.parse(json), ...PARTIES })
      const verdict = await checkSample({ criteria, files, asOf: AS_OF })
      const matching = verdict.files.filter(({ matches }) => matches)
      assert.equal(matching.length, found, JSON.stringify(verdict.steps))
      assert.ok(found > 0 && found < files.length, 'an example finds some, and not all')
    })
  }
})
