import assert from 'node:assert/strict'
import { it } from 'node:test'
import fc from 'fast-check'
import { isKnownCode, isKnownSystem } from './codeSystems.ts'
import { isUnit, plainUnit } from './units.ts'

const SNOMED = 'http://snomed.info/sct'
const LOINC = 'http://loinc.org'
const ICD10 = 'http://hl7.org/fhir/sid/icd-10-cm'
const RXNORM = 'http://www.nlm.nih.gov/research/umls/rxnorm'

it('codes of the listed systems stay', () => {
  const codes: [system: string, codes: string][] = [
    [SNOMED, '44054006 59621000 22298006 73211009 410605003 900000000000207008'],
    [LOINC, '4548-4 8480-6 85354-9 LA6576-8 LP7839-6 1-8'],
    [ICD10, 'E11.9 I10 N18.30 F32.A S93.409A S52.90XA C7A.00 Z3A.01 E119'],
    [RXNORM, '860975 314076 2670303 44'],
    ['http://hl7.org/fhir/sid/cvx', '08 140 208'],
    [
      'http://hl7.org/fhir/sid/ndc',
      '0071-0155-23 50090-481-0 50090-4810-0'.replace('50090-481-0', '50090-481-00'),
    ],
    ['http://hl7.org/fhir/sid/icd-9-cm', '250.00 V70.0 E880.9 401'],
    ['http://www.cms.gov/Medicare/Coding/ICD10', '0DTJ4ZZ B2151ZZ'],
    ['http://www.whocc.no/atc', 'A10BA02 A10 C'],
    ['http://terminology.hl7.org/CodeSystem/v3-ActCode', 'AMB EMER'],
    ['http://terminology.hl7.org/CodeSystem/condition-clinical', 'active resolved'],
    ['http://dicom.nema.org/resources/ontology/DCM', 'DX CT'],
    ['http://nucc.org/provider-taxonomy', '208D00000X'],
  ]
  for (const [system, list] of codes) {
    for (const code of list.split(' ')) assert.ok(isKnownCode(system, code), `${system} ${code}`)
  }
})

it('what is not a code of its system goes', () => {
  const plants = [
    'Quarkwright',
    'zebulon',
    'JOHN',
    'Smith-1',
    '4255550143',
    '425-555-0143',
    '078-05-1120',
    '078051120',
    '1987-03-14',
    '19870314',
    'MRN-00831774',
    'a@b.example',
    '203.0.113.77',
    '',
    ' ',
    '44054006 ',
    '44054006\n',
    '44054007',
    '4548-5',
  ]
  for (const system of [
    SNOMED,
    LOINC,
    ICD10,
    RXNORM,
    'http://hl7.org/fhir/sid/ndc',
    'http://hl7.org/fhir/sid/cvx',
    'http://terminology.hl7.org/CodeSystem/v3-ActCode',
  ]) {
    for (const plant of plants) assert.ok(!isKnownCode(system, plant), `${system} ${plant}`)
  }
  for (const system of [
    'http://hospital.example/codes',
    'urn:oid:1.2.3',
    'constructor',
    '__proto__',
    '',
  ]) {
    assert.ok(!isKnownSystem(system) && !isKnownCode(system, '44054006'), system)
  }
  // The finer codes of race name small communities; so do tribes and their languages.
  assert.ok(!isKnownCode('urn:oid:2.16.840.1.113883.6.238', '1735-0'))
  assert.ok(!isKnownSystem('http://terminology.hl7.org/CodeSystem/v3-TribalEntityUS'))
})

it('one wrong digit of a SNOMED CT or LOINC code is found', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 7 }), fc.integer({ min: 1, max: 9 }), (at, by) => {
      const digits = [...'44054006']
      digits[at] = String((Number(digits[at]) + by) % 10)
      assert.ok(!isKnownCode(SNOMED, digits.join('')))
    }),
  )
})

it('units of UCUM stay, text goes', () => {
  const units =
    '% mg/dL mm[Hg] kg/m2 10*3/uL mmol/L /min Cel 1 a mo d [IU]/L ug/L g/(24.h) mL/min kg cm [lb_av] m[IU]/L U/L pg fL mm/h 10*6/uL mL/kg/h s-1 umol/L/h'
  for (const unit of units.split(' ')) assert.ok(isUnit(unit), unit)
  const plants = [
    'Zebulon',
    '{Zebulon}',
    '{score}',
    '425-555-0143',
    '1987-03-14',
    '98034',
    '078-05-1120',
    'mg Zebulon',
    'mg/{Zebulon}',
    '/',
    '',
    '[Zebulon]',
    '10*12345',
    'm12345',
    '((((m))))',
    '{',
    'kg.{831774}',
    'm.m.m.m.m.m.m.m',
  ]
  for (const plant of plants) assert.ok(!isUnit(plant), plant)
  assert.equal(plainUnit('mL/min/{1.73_m2}'), 'mL/min')
  assert.equal(plainUnit('%{Zebulon}'), '%')
  assert.equal(plainUnit('kg.831774'), undefined)
})
