import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { useFolder } from '@ambrosia/testing/useFolder'
import { readAgreement, readCriteria } from './documents.ts'

const EXAMPLES = new URL('../../../../../examples/deal/', import.meta.url).pathname
const PARTIES = {
  issuer: async () => 'did:ambrosia:1:nobody',
  consumer: () => 'did:ambrosia:1:nobody',
}

describe('a document of a deal', () => {
  it('that is another one is told by what it is', async (t) => {
    const folder = useFolder(t)
    const write = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text)
      return join(folder, name)
    }
    const bundle = write('bundle.json', '{"resourceType":"Bundle"}')
    await assert.rejects(readCriteria(bundle, PARTIES), /bundle\.json is a FHIR document/)
    await assert.rejects(readAgreement(bundle, {}, '2030-01-01'), /bundle\.json is a FHIR document/)
    await assert.rejects(readCriteria(join(EXAMPLES, 'agreement.json'), PARTIES), {
      code: 'Cli.Usage',
      message: /is the agreement of a deal/,
    })
    await assert.rejects(readAgreement(join(EXAMPLES, 'criteria.json'), {}, '2030-01-01'), {
      code: 'Cli.Usage',
      message: /is the criteria of a deal/,
    })
    const empty = write('empty.json', '{}')
    await assert.rejects(readCriteria(empty, PARTIES), {
      code: 'Shape.Mismatch',
      message: /empty\.json: .*version is missing/,
    })
    await assert.rejects(readCriteria(write('list.json', '[]'), PARTIES), { code: 'Cli.Usage' })
  })

  it('is taken as the examples have it', async () => {
    const criteria = await readCriteria(join(EXAMPLES, 'criteria.json'), PARTIES)
    assert.deepEqual(criteria.issuers, ['did:ambrosia:1:nobody'])
    const agreement = await readAgreement(join(EXAMPLES, 'agreement.json'), {}, '2030-01-01')
    assert.equal(typeof agreement.consumerContact, 'string')
  })
})
