/**
 * RxNorm concepts of clinical drugs, with the year since which they are prescribed in the United
 * States and how they are taken.
 */
export type Medication = {
  readonly rxnorm: string
  readonly display: string
  readonly since: number
  /** Times a day, and so many of the unit each time. */
  readonly perDay: number
  readonly dose: number
  readonly unit: string
  readonly asNeeded?: boolean
}

export const MEDICATIONS: Readonly<Record<string, Medication>> = {
  metformin: {
    rxnorm: '860975',
    display: '24 HR metformin hydrochloride 500 MG Extended Release Oral Tablet',
    since: 2000,
    perDay: 1,
    dose: 1,
    unit: '{tablet}',
  },
  glipizide: {
    rxnorm: '310488',
    display: 'glipizide 10 MG Oral Tablet',
    since: 1984,
    perDay: 1,
    dose: 1,
    unit: '{tablet}',
  },
  liraglutide: {
    rxnorm: '897122',
    display: '3 ML liraglutide 6 MG/ML Pen Injector',
    since: 2010,
    perDay: 1,
    dose: 1.2,
    unit: 'mg',
  },
  insulin: {
    rxnorm: '106892',
    display:
      'insulin isophane, human 70 UNT/ML / insulin, regular, human 30 UNT/ML Injectable Suspension [Humulin]',
    since: 1989,
    perDay: 2,
    dose: 14,
    unit: '[IU]',
  },
  lisinopril: {
    rxnorm: '314076',
    display: 'lisinopril 10 MG Oral Tablet',
    since: 1988,
    perDay: 1,
    dose: 1,
    unit: '{tablet}',
  },
  hydrochlorothiazide: {
    rxnorm: '310798',
    display: 'hydrochlorothiazide 25 MG Oral Tablet',
    since: 1960,
    perDay: 1,
    dose: 1,
    unit: '{tablet}',
  },
  amlodipine: {
    rxnorm: '308136',
    display: 'amlodipine 2.5 MG Oral Tablet',
    since: 1993,
    perDay: 1,
    dose: 1,
    unit: '{tablet}',
  },
  simvastatin: {
    rxnorm: '312961',
    display: 'simvastatin 20 MG Oral Tablet',
    since: 1992,
    perDay: 1,
    dose: 1,
    unit: '{tablet}',
  },
  atorvastatin: {
    rxnorm: '259255',
    display: 'atorvastatin 80 MG Oral Tablet',
    since: 2000,
    perDay: 1,
    dose: 1,
    unit: '{tablet}',
  },
  metoprolol: {
    rxnorm: '866412',
    display: '24 HR metoprolol succinate 100 MG Extended Release Oral Tablet',
    since: 1992,
    perDay: 1,
    dose: 1,
    unit: '{tablet}',
  },
  aspirin: {
    rxnorm: '243670',
    display: 'aspirin 81 MG Oral Tablet',
    since: 1988,
    perDay: 1,
    dose: 1,
    unit: '{tablet}',
  },
  warfarin: {
    rxnorm: '855332',
    display: 'warfarin sodium 5 MG Oral Tablet',
    since: 1955,
    perDay: 1,
    dose: 1,
    unit: '{tablet}',
  },
  furosemide: {
    rxnorm: '313988',
    display: 'furosemide 40 MG Oral Tablet',
    since: 1966,
    perDay: 1,
    dose: 1,
    unit: '{tablet}',
  },
  albuterol: {
    rxnorm: '745679',
    display: '200 ACTUAT albuterol 0.09 MG/ACTUAT Metered Dose Inhaler',
    since: 1996,
    perDay: 4,
    dose: 2,
    unit: '{puff}',
    asNeeded: true,
  },
  fluticasone: {
    rxnorm: '895994',
    display: '120 ACTUAT fluticasone propionate 0.044 MG/ACTUAT Metered Dose Inhaler',
    since: 2004,
    perDay: 2,
    dose: 2,
    unit: '{puff}',
  },
  fluticasoneSalmeterol: {
    rxnorm: '896209',
    display:
      '60 ACTUAT fluticasone propionate 0.25 MG/ACTUAT / salmeterol 0.05 MG/ACTUAT Dry Powder Inhaler',
    since: 2001,
    perDay: 2,
    dose: 1,
    unit: '{puff}',
  },
  sertraline: {
    rxnorm: '312941',
    display: 'sertraline 50 MG Oral Tablet',
    since: 1992,
    perDay: 1,
    dose: 1,
    unit: '{tablet}',
  },
  levothyroxine: {
    rxnorm: '966222',
    display: 'levothyroxine sodium 0.075 MG Oral Tablet',
    since: 1960,
    perDay: 1,
    dose: 1,
    unit: '{tablet}',
  },
  acetaminophen: {
    rxnorm: '313782',
    display: 'acetaminophen 325 MG Oral Tablet',
    since: 1960,
    perDay: 4,
    dose: 1,
    unit: '{tablet}',
    asNeeded: true,
  },
  naproxen: {
    rxnorm: '849574',
    display: 'naproxen sodium 220 MG Oral Tablet',
    since: 1994,
    perDay: 2,
    dose: 1,
    unit: '{tablet}',
    asNeeded: true,
  },
  ibuprofen: {
    rxnorm: '310965',
    display: 'ibuprofen 200 MG Oral Tablet',
    since: 1984,
    perDay: 3,
    dose: 1,
    unit: '{tablet}',
    asNeeded: true,
  },
  allopurinol: {
    rxnorm: '197319',
    display: 'allopurinol 100 MG Oral Tablet',
    since: 1966,
    perDay: 1,
    dose: 1,
    unit: '{tablet}',
  },
  ferrousSulfate: {
    rxnorm: '310325',
    display: 'ferrous sulfate 325 MG Oral Tablet',
    since: 1960,
    perDay: 1,
    dose: 1,
    unit: '{tablet}',
  },
  penicillinV: {
    rxnorm: '834102',
    display: 'penicillin V potassium 500 MG Oral Tablet',
    since: 1960,
    perDay: 2,
    dose: 1,
    unit: '{tablet}',
  },
  amoxicillin: {
    rxnorm: '308182',
    display: 'amoxicillin 250 MG Oral Capsule',
    since: 1974,
    perDay: 3,
    dose: 1,
    unit: '{capsule}',
  },
  nitrofurantoin: {
    rxnorm: '311989',
    display: 'nitrofurantoin 5 MG/ML Oral Suspension',
    since: 1968,
    perDay: 4,
    dose: 20,
    unit: 'mL',
  },
}

export type ProcedureSpec = {
  readonly snomed: string
  readonly display: string
  readonly minutes: number
}

export const PROCEDURES: Readonly<Record<string, ProcedureSpec>> = {
  dietEducation: { snomed: '11816003', display: 'Diet education', minutes: 20 },
  ecg: { snomed: '29303009', display: 'Electrocardiographic procedure', minutes: 15 },
  echo: { snomed: '40701008', display: 'Echocardiography', minutes: 40 },
  footExam: { snomed: '401191002', display: 'Diabetic foot examination', minutes: 15 },
  eyeExam: { snomed: '36228007', display: 'Ophthalmic examination and evaluation', minutes: 30 },
  spirometry: { snomed: '127783003', display: 'Spirometry', minutes: 20 },
  chestXray: { snomed: '399208008', display: 'Plain X-ray of chest', minutes: 10 },
  depressionScreening: { snomed: '171207006', display: 'Depression screening', minutes: 10 },
  physicalTherapy: { snomed: '91251008', display: 'Physical therapy procedure', minutes: 45 },
  throatCulture: { snomed: '117015009', display: 'Throat culture', minutes: 5 },
  immobilization: { snomed: '274474001', display: 'Bone immobilization', minutes: 35 },
  colonoscopy: { snomed: '73761001', display: 'Colonoscopy', minutes: 45 },
  mammography: { snomed: '71651007', display: 'Mammography', minutes: 20 },
  reconciliation: { snomed: '430193006', display: 'Medication reconciliation', minutes: 15 },
}

/**
 * CVX vaccines with the months of age at which they are given and the year since which they are
 * used in the United States.
 */
export type Vaccine = {
  readonly cvx: string
  readonly display: string
  readonly since: number
  readonly months: readonly number[]
}

/**
 * After the immunisation schedules of the CDC's Advisory Committee on Immunization Practices, 2023.
 */
export const VACCINES: readonly Vaccine[] = [
  { cvx: '08', display: 'Hep B, adolescent or pediatric', since: 1991, months: [0, 1, 6] },
  { cvx: '20', display: 'DTaP', since: 1997, months: [2, 4, 6, 15, 48] },
  { cvx: '10', display: 'IPV', since: 1997, months: [2, 4, 6, 48] },
  { cvx: '49', display: 'Hib (PRP-OMP)', since: 1991, months: [2, 4, 12] },
  { cvx: '119', display: 'rotavirus, monovalent', since: 2008, months: [2, 4] },
  { cvx: '133', display: 'Pneumococcal conjugate PCV 13', since: 2010, months: [2, 4, 6, 12] },
  { cvx: '03', display: 'MMR', since: 1971, months: [12, 48] },
  { cvx: '21', display: 'varicella', since: 1995, months: [12, 48] },
  { cvx: '83', display: 'Hep A, ped/adol, 2 dose', since: 2006, months: [12, 18] },
  { cvx: '115', display: 'Tdap', since: 2005, months: [132] },
  { cvx: '62', display: 'HPV, quadrivalent', since: 2006, months: [132, 138] },
  { cvx: '114', display: 'meningococcal MCV4P', since: 2005, months: [132, 192] },
  {
    cvx: '113',
    display: 'Td (adult) preservative free',
    since: 2000,
    months: [252, 372, 492, 612, 732, 852],
  },
  { cvx: '187', display: 'zoster recombinant', since: 2018, months: [600, 606] },
  { cvx: '33', display: 'pneumococcal polysaccharide PPV23', since: 1983, months: [780] },
]

export const INFLUENZA = {
  cvx: '140',
  display: 'Influenza, seasonal, injectable, preservative free',
  since: 2000,
}
