import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as CanonicalJson from '@ambrosia/primitives/CanonicalJson'
import fc from 'fast-check'
import * as ConsentText from './ConsentText.ts'
import * as Validation from './Validation.ts'

const terms: ConsentText.Terms = {
  purpose: { code: 'DUO:0000007', words: 'Diabetes research' },
  consumerName: 'Example Institute',
  price: '4.75 MED',
  until: '2027-05-01',
  resale: false,
  identified: false,
}
const identified: ConsentText.Terms = {
  ...terms,
  identified: true,
  data: '38 of 231 resources',
  discloser: 'Example Hospital',
  remuneration: 'Example Institute pays 5 MED for the record, of which I receive 4.75 MED',
}

const findings = (fhir: object): Validation.Finding[] =>
  Validation.check([{ type: 'Consent', id: '', value: CanonicalJson.parse(JSON.stringify(fhir)) }])

describe('render', () => {
  it('names what was marked as sensitive in a sentence of its own, and only then', () => {
    const about = (sensitive: string[]): string[] =>
      ConsentText.render({ ...terms, sensitive }).sentences.filter((one) => /sensitive/.test(one))
    assert.deepEqual(about([]), [])
    assert.deepEqual(about(['HIV', 'R']), [
      'Among it is information that whoever recorded it marked as sensitive, and I agree to give it: HIV or AIDS (HIV), restricted (R).',
    ])
    assert.throws(() => about(['Zebulon']), { code: 'Consent.TermInvalid' })
  })

  it('gives the sentences of the Safe Harbor form', () => {
    assert.deepEqual(ConsentText.render(terms).sentences.slice(0, 4), [
      'I allow Example Institute to use the data named here for: Diabetes research (DUO:0000007, disease specific research).',
      'The use ends on 2027-05-01.',
      'Example Institute may not sell the data or pass it on.',
      'I receive 4.75 MED, paid by the transaction that records this consent.',
    ])
  })

  it('names what 45 CFR 164.508(c) asks for in the identified form', () => {
    const text = ConsentText.render(identified).sentences.join('\n')
    const elements: [string, RegExp][] = [
      ['(c)(1)(i) what is disclosed', /The data is: 38 of 231 resources/],
      ['(c)(1)(ii) by whom', /disclosed by: Example Hospital/],
      ['(c)(1)(iii) to whom', /used by: Example Institute/],
      ['(c)(1)(iv) purpose', /for: Diabetes research/],
      ['(c)(1)(v) expiry', /ends on 2027-05-01/],
      ['(c)(2)(i) revocation', /revoke this authorization in writing at any time/],
      ['(c)(2)(ii) no condition of treatment', /treatment, payment, enrolment or eligibility/],
      ['(c)(2)(iii) redisclosure', /disclosed again by the recipient/],
      ['(c)(4) copy', /copy of this authorization/],
      ['(a)(4) remuneration', /involves remuneration: Example Institute pays 5 MED/],
    ]
    for (const [element, pattern] of elements) assert.match(text, pattern, element)
  })

  it('binds deal and certificate where they are known', () => {
    const bound = { ...terms, dealId: '0x01', certificateDigest: '0x02' }
    const last = ConsentText.render(bound).sentences.at(-1)
    assert.equal(last, 'This consent is for deal 0x01 and certificate 0x02 only.')
  })

  it('gives a Consent resource that is valid R4 and says the same', () => {
    const cases: ConsentText.Terms[] = [
      terms,
      identified,
      { ...terms, resale: true, signedAt: '2026-05-01T10:00:00Z', provider: 'did:example:1' },
      { ...terms, purpose: { ...terms.purpose, modifiers: ['DUO:0000046', 'DUO:0000021'] } },
      { ...terms, consumerName: 'A <b>& "B"</b>' },
    ]
    for (const one of cases) {
      const { fhir, sentences } = ConsentText.render(one)
      assert.deepEqual(findings(fhir), [], JSON.stringify(one))
      const { text, provision } = fhir as {
        text: { div: string }
        provision: { period: { end: string }; purpose: { code: string }[] }
      }
      assert.equal(text.div.match(/<p>/g)?.length, sentences.length)
      assert.equal(provision.period.end, one.until)
      assert.deepEqual(
        provision.purpose.map(({ code }) => code),
        [one.purpose.code, ...(one.purpose.modifiers ?? [])],
      )
    }
  })

  it('property: different terms give different sentences', () => {
    const arbitrary = fc.record({
      consumerName: fc.constantFrom('A', 'B'),
      price: fc.constantFrom('1 MED', '2 MED'),
      until: fc.constantFrom('2027-05-01', '2028-05-01'),
      resale: fc.boolean(),
      code: fc.constantFrom('DUO:0000007', 'DUO:0000042'),
      words: fc.constantFrom('Diabetes research', 'Research'),
      data: fc.constantFrom(undefined, 'all', 'some'),
    })
    fc.assert(
      fc.property(arbitrary, arbitrary, (a, b) => {
        const text = ({ code, words, data, ...rest }: typeof a): string =>
          ConsentText.render({
            ...terms,
            ...rest,
            purpose: { code, words },
            ...(data === undefined ? {} : { data }),
          }).sentences.join('\n')
        assert.equal(text(a) === text(b), JSON.stringify(a) === JSON.stringify(b))
      }),
    )
  })

  it('refuses what may not be shown to a person', () => {
    const wrong: [Partial<ConsentText.Terms>, string][] = [
      [{ purpose: { code: 'DUO:1', words: 'x' } }, 'Consent.UnknownPurpose'],
      [{ purpose: { code: 'DUO:0000046', words: 'x' } }, 'Consent.TermInvalid'],
      [{ purpose: { ...terms.purpose, modifiers: ['DUO:0000007'] } }, 'Consent.TermInvalid'],
      [{ purpose: { ...terms.purpose, words: ' ' } }, 'Consent.TermInvalid'],
      [{ consumerName: 'A\nB' }, 'Consent.TermInvalid'],
      [{ consumerName: 'A\u202eB' }, 'Consent.TermInvalid'],
      [{ consumerName: 'A\u200bB' }, 'Consent.TermInvalid'],
      [{ consumerName: 'x'.repeat(1001) }, 'Consent.TermInvalid'],
      [{ price: '' }, 'Consent.TermInvalid'],
      [{ until: '2027-13-01' }, 'Consent.TermInvalid'],
      [{ until: '2027-02-30' }, 'Consent.TermInvalid'],
      [{ until: 'soon' }, 'Consent.TermInvalid'],
      [{ dealId: 'a sentence that grants more' }, 'Consent.TermInvalid'],
    ]
    for (const [part, code] of wrong) {
      const all = { certificateDigest: '0x02', ...terms, ...part }
      assert.throws(() => ConsentText.render(all), { code }, JSON.stringify(part))
    }
    for (const name of ['data', 'discloser', 'remuneration'] as const) {
      const { [name]: _, ...rest } = identified
      assert.throws(() => ConsentText.render(rest), {
        code: 'Consent.TermMissing',
        details: { name },
      })
    }
  })
})

describe('PURPOSES', () => {
  it('holds codes of the Data Use Ontology, each once, some of them modifiers', () => {
    for (const [code, purpose] of ConsentText.PURPOSES) {
      assert.match(code, /^DUO:\d{7}$/)
      assert.equal(purpose.code, code)
    }
    assert.equal(ConsentText.purposeOf('DUO:0000007').modifier, false)
    assert.equal(ConsentText.purposeOf('DUO:0000046').modifier, true)
  })
})
