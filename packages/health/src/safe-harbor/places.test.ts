import assert from 'node:assert/strict'
import { it } from 'node:test'
import { RESTRICTED_ZIP, toCountry, toState, toZip3 } from './places.ts'

it('ZIP codes keep three digits, those of 20,000 people or fewer none', () => {
  assert.equal(RESTRICTED_ZIP.prefixes.length, 17)
  assert.equal(toZip3('98034'), '980')
  assert.equal(toZip3('98034-1234'), '980')
  assert.equal(toZip3('980'), '980')
  for (const prefix of RESTRICTED_ZIP.prefixes) assert.equal(toZip3(`${prefix}01`), '000')
  assert.equal(toZip3('09012'), '000')
  for (const text of ['', '9803', '980341', 'SW1A 1AA', '98034-12', 'Zebulon', '98034\n1']) {
    assert.equal(toZip3(text), undefined, text)
  }
})

it('States and countries stay by their code, other places go', () => {
  assert.equal(toState('WA'), 'WA')
  assert.equal(toState('Washington'), 'WA')
  assert.equal(toState('King County'), undefined)
  assert.equal(toCountry('USA'), 'US')
  assert.equal(toCountry('de'), 'DE')
  assert.equal(toCountry('Springfield'), undefined)
})
