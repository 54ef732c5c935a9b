import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isWellFormedCode } from './isWellFormedCode.ts'

const LOINC = 'http://loinc.org'
const SNOMED = 'http://snomed.info/sct'

describe('isWellFormedCode', () => {
  it('takes codes that exist', () => {
    for (const code of ['4548-4', '2160-0', '8480-6', '8462-4', '29463-7', '2339-0', '33914-3'])
      assert.ok(isWellFormedCode(LOINC, code), code)
    for (const code of ['44054006', '38341003', '73211009', '195967001', '840539006', '22298006'])
      assert.ok(isWellFormedCode(SNOMED, code), code)
    assert.ok(isWellFormedCode('https://hospital.example/codes', 'HBA1C'))
  })

  it('refuses each change of one digit, and two that changed places', () => {
    for (const [system, code] of [
      [LOINC, '4548-4'],
      [SNOMED, '44054006'],
    ] as const) {
      for (let index = 0; index < code.length; index++) {
        if (code[index] === '-') continue
        for (const digit of '0123456789') {
          const changed = code.slice(0, index) + digit + code.slice(index + 1)
          if (changed !== code) assert.ok(!isWellFormedCode(system, changed), changed)
        }
      }
    }
    assert.ok(!isWellFormedCode(SNOMED, '44045006'))
    assert.ok(!isWellFormedCode(LOINC, '5448-4'))
  })

  it('refuses what has another form', () => {
    for (const code of ['', '4548', '4548-', 'HBA1C', ' 4548-4'])
      assert.ok(!isWellFormedCode(LOINC, code))
    for (const code of ['', '44054', '044054006', '44054006 '])
      assert.ok(!isWellFormedCode(SNOMED, code))
    assert.ok(!isWellFormedCode('http://hl7.org/fhir/sid/icd-10', ' E11'))
  })
})
