const LOINC = 'http://loinc.org'
const SNOMED = 'http://snomed.info/sct'

/**
 * Laboratory and vital-sign codes whose latest value becomes a claim. Codes and their usual UCUM
 * units are LOINC's (https://loinc.org); several codes of one claim are methods of the same
 * measurement.
 */
const MEASUREMENTS: readonly {
  claim: string
  codes: readonly string[]
  unit: string
  scale: number
}[] = [
  { claim: 'hba1c', codes: ['4548-4'], unit: '%', scale: 1 },
  { claim: 'glucose', codes: ['2339-0', '2345-7'], unit: 'mg/dL', scale: 0 },
  { claim: 'creatinine', codes: ['2160-0', '38483-4'], unit: 'mg/dL', scale: 2 },
  { claim: 'egfr', codes: ['33914-3'], unit: 'mL/min/{1.73_m2}', scale: 0 },
  { claim: 'cholesterol', codes: ['2093-3'], unit: 'mg/dL', scale: 0 },
  { claim: 'ldl', codes: ['18262-6', '13457-7'], unit: 'mg/dL', scale: 0 },
  { claim: 'hdl', codes: ['2085-9'], unit: 'mg/dL', scale: 0 },
  { claim: 'triglycerides', codes: ['2571-8'], unit: 'mg/dL', scale: 0 },
  { claim: 'bmi', codes: ['39156-5'], unit: 'kg/m2', scale: 1 },
  { claim: 'haemoglobin', codes: ['718-7'], unit: 'g/dL', scale: 1 },
  { claim: 'systolic', codes: ['8480-6'], unit: 'mm[Hg]', scale: 0 },
  { claim: 'diastolic', codes: ['8462-4'], unit: 'mm[Hg]', scale: 0 },
]

/**
 * SNOMED CT codes of common chronic disorders, which come first among a record's condition claims.
 */
const CHRONIC = [
  '44054006', // type 2 diabetes mellitus
  '46635009', // type 1 diabetes mellitus
  '73211009', // diabetes mellitus
  '714628002', // prediabetes
  '15777000', // prediabetes (retired code in use)
  '38341003', // hypertensive disorder
  '59621000', // essential hypertension
  '55822004', // hyperlipidemia
  '53741008', // coronary arteriosclerosis
  '414545008', // ischaemic heart disease
  '22298006', // myocardial infarction
  '84114007', // heart failure
  '88805009', // chronic congestive heart failure
  '49436004', // atrial fibrillation
  '230690007', // cerebrovascular accident
  '195967001', // asthma
  '13645005', // chronic obstructive pulmonary disease
  '431855005', // chronic kidney disease stage 1
  '431856006', // chronic kidney disease stage 2
  '433144002', // chronic kidney disease stage 3
  '431857002', // chronic kidney disease stage 4
  '433146000', // chronic kidney disease stage 5
  '709044004', // chronic kidney disease
  '46177005', // end-stage renal disease
  '162864005', // body mass index 30+, obesity
  '414916001', // obesity
  '396275006', // osteoarthritis
  '64859006', // osteoporosis
  '69896004', // rheumatoid arthritis
  '40930008', // hypothyroidism
  '370143000', // major depressive disorder
  '26929004', // Alzheimer disease
  '254837009', // malignant neoplasm of breast
  '363406005', // malignant neoplasm of colon
  '126906006', // neoplasm of prostate
  '271737000', // anaemia
]

/** A profile of this shape; ClaimProfile.ts says what its members mean. */
export const CORE_2 = {
  name: 'ambrosia-core-2',
  version: 2,
  claims: [
    { claim: 'fhirVersion', kind: 'constant', value: '4.0.1' },
    { claim: 'resourceCount', kind: 'count' },
    { claim: 'birthYearBand', kind: 'birthYearBand', width: 5 },
    { claim: 'sex', kind: 'sex' },
    ...(['present', 'past'] as const).map(
      (when) =>
        ({
          claim: when === 'present' ? 'condition' : 'pastCondition',
          kind: 'codes',
          type: 'Condition',
          system: SNOMED,
          when,
          count: 12,
          first: CHRONIC,
        }) as const,
    ),
    ...MEASUREMENTS.map(
      ({ claim, codes, unit, scale }) =>
        ({
          claim,
          kind: 'measurement',
          codes: codes.map((code) => ({ system: LOINC, code })),
          unit,
          scale,
        }) as const,
    ),
  ],
} as const
