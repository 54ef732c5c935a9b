/**
 * Share of people with the condition at an age, per mille: [age, female, male]; linear between the
 * rows, flat outside.
 */
export type Prevalence = readonly (readonly [age: number, female: number, male: number])[]

export type Chronic = {
  readonly key: string
  readonly snomed: string
  readonly icd10: string
  readonly display: string
  readonly icdDisplay: string
  readonly prevalence: Prevalence
  /**
   * Conditions that make this one likelier, with the relative risk. Marginal prevalence stays that
   * of the table.
   */
  readonly risks?: Readonly<Record<string, number>>
  /** Occurs only after the onset of this one, by so many years at least. */
  readonly after?: { readonly key: string; readonly years: number }
  /** Months between visits for it. */
  readonly everyMonths: number
  readonly measurements: readonly string[]
  readonly panels: readonly string[]
  /** Keys of medications, begun at diagnosis one after another. */
  readonly medications: readonly string[]
  readonly procedures: readonly string[]
}

/**
 * The published figures behind each table are named in docs/spec/health-generator.md, by the number
 * in brackets.
 */
export const CHRONIC: readonly Chronic[] = [
  // [1] NCHS Data Brief 360: 40.0 % at 20 to 39, 44.8 % at 40 to 59, 42.8 % at 60 and over.
  {
    key: 'obesity',
    snomed: '414916001',
    icd10: 'E66.9',
    display: 'Obesity',
    icdDisplay: 'Obesity, unspecified',
    prevalence: [
      [2, 130, 140],
      [12, 200, 210],
      [19, 260, 260],
      [30, 400, 400],
      [50, 448, 448],
      [70, 428, 428],
    ],
    everyMonths: 24,
    measurements: [],
    panels: ['lipids', 'liver'],
    medications: [],
    procedures: ['dietEducation'],
  },
  // [2] NCHS Data Brief 364: 22.4 % at 18 to 39, 54.5 % at 40 to 59, 74.5 % at 60 and over; men
  // above women below 60.
  {
    key: 'hypertension',
    snomed: '59621000',
    icd10: 'I10',
    display: 'Essential hypertension',
    icdDisplay: 'Essential (primary) hypertension',
    prevalence: [
      [17, 0, 0],
      [29, 130, 312],
      [50, 499, 594],
      [70, 739, 752],
    ],
    risks: { obesity: 1.5 },
    everyMonths: 6,
    measurements: [],
    panels: ['metabolic'],
    medications: ['lisinopril', 'hydrochlorothiazide', 'amlodipine'],
    procedures: ['ecg'],
  },
  // [3] CDC National Diabetes Statistics Report, 2017 to 2020, diagnosed: 3.0 % at 18 to 44, 14.5 %
  // at 45 to 64, 24.4 % at 65 and over.
  {
    key: 'diabetes',
    snomed: '44054006',
    icd10: 'E11.9',
    display: 'Diabetes mellitus type 2',
    icdDisplay: 'Type 2 diabetes mellitus without complications',
    prevalence: [
      [17, 0, 0],
      [31, 28, 32],
      [54, 138, 152],
      [74, 236, 252],
    ],
    risks: { obesity: 2.4, hypertension: 1.8 },
    everyMonths: 4,
    measurements: ['hba1c'],
    panels: ['metabolic'],
    medications: ['metformin', 'glipizide', 'liraglutide', 'insulin'],
    procedures: ['footExam', 'eyeExam'],
  },
  // [4] NCHS Data Brief 363: total cholesterol of 240 mg/dL or more, 7.5 % at 20 to 39, 15.7 % at
  // 40 to 59, 11.4 % at 60 and over; treated cases beside them.
  {
    key: 'hyperlipidemia',
    snomed: '55822004',
    icd10: 'E78.5',
    display: 'Hyperlipidemia',
    icdDisplay: 'Hyperlipidemia, unspecified',
    prevalence: [
      [19, 0, 0],
      [30, 70, 80],
      [50, 190, 180],
      [70, 320, 300],
    ],
    risks: { diabetes: 1.6, obesity: 1.3 },
    everyMonths: 12,
    measurements: [],
    panels: ['lipids'],
    medications: ['simvastatin', 'atorvastatin'],
    procedures: [],
  },
  // [5] CDC, Chronic Kidney Disease in the United States, 2021: 6 % at 18 to 44, 12 % at 45 to 64,
  // 38 % at 65 and over, all stages; stage 3 and more is about half.
  {
    key: 'ckd3',
    snomed: '433144002',
    icd10: 'N18.30',
    display: 'Chronic kidney disease stage 3',
    icdDisplay: 'Chronic kidney disease, stage 3 unspecified',
    prevalence: [
      [24, 0, 0],
      [44, 12, 10],
      [55, 55, 48],
      [75, 190, 170],
    ],
    risks: { diabetes: 2, hypertension: 1.8 },
    everyMonths: 6,
    measurements: ['albuminCreatinine'],
    panels: ['kidney'],
    medications: [],
    procedures: [],
  },
  // [6] CDC, Most Recent National Asthma Data, 2021: 6.5 % below 18, 8.0 % of adults; boys above
  // girls, women above men.
  {
    key: 'asthma',
    snomed: '195967001',
    icd10: 'J45.909',
    display: 'Asthma',
    icdDisplay: 'Unspecified asthma, uncomplicated',
    prevalence: [
      [2, 15, 25],
      [10, 65, 80],
      [17, 85, 80],
      [30, 97, 62],
    ],
    everyMonths: 12,
    measurements: ['fev1'],
    panels: [],
    medications: ['albuterol', 'fluticasone'],
    procedures: ['spirometry'],
  },
  // [7] CDC, COPD prevalence of adults, BRFSS 2020: 6.2 % of all, from about 3 % at 25 to 44 to 13
  // % at 75 and over.
  {
    key: 'copd',
    snomed: '13645005',
    icd10: 'J44.9',
    display: 'Chronic obstructive lung disease',
    icdDisplay: 'Chronic obstructive pulmonary disease, unspecified',
    prevalence: [
      [29, 0, 0],
      [40, 30, 25],
      [55, 75, 65],
      [75, 130, 125],
    ],
    everyMonths: 6,
    measurements: ['fev1', 'oxygen'],
    panels: ['bloodCount'],
    medications: ['albuterol', 'fluticasoneSalmeterol'],
    procedures: ['spirometry', 'chestXray'],
  },
  // [8] NCHS Data Brief 303, 2013 to 2016: 8.1 % of adults, women 10.4 %, men 5.5 %.
  {
    key: 'depression',
    snomed: '35489007',
    icd10: 'F32.A',
    display: 'Depressive disorder',
    icdDisplay: 'Depression, unspecified',
    prevalence: [
      [12, 0, 0],
      [20, 101, 55],
      [50, 109, 57],
      [70, 96, 52],
    ],
    everyMonths: 6,
    measurements: ['phq9'],
    panels: [],
    medications: ['sertraline'],
    procedures: ['depressionScreening'],
  },
  // [9] CDC, Summary Health Statistics, NHIS 2018, coronary heart disease: 0.9 % at 18 to 44, 5.8 %
  // at 45 to 64, 13.6 % at 65 to 74, 21.8 % at 75 and over.
  {
    key: 'coronary',
    snomed: '53741008',
    icd10: 'I25.10',
    display: 'Coronary arteriosclerosis',
    icdDisplay: 'Atherosclerotic heart disease of native coronary artery without angina pectoris',
    prevalence: [
      [34, 0, 0],
      [54, 42, 75],
      [69, 100, 175],
      [80, 175, 275],
    ],
    risks: { diabetes: 1.8, hypertension: 1.7, hyperlipidemia: 1.7 },
    everyMonths: 6,
    measurements: [],
    panels: ['lipids', 'metabolic'],
    medications: ['atorvastatin', 'metoprolol', 'aspirin'],
    procedures: ['ecg', 'echo'],
  },
  // [10] Go et al., JAMA 2001;285:2370: 0.1 % below 55 to 9.0 % at 80 and over.
  {
    key: 'atrialFibrillation',
    snomed: '49436004',
    icd10: 'I48.91',
    display: 'Atrial fibrillation',
    icdDisplay: 'Unspecified atrial fibrillation',
    prevalence: [
      [50, 1, 1],
      [60, 10, 17],
      [70, 34, 50],
      [82, 91, 110],
    ],
    risks: { hypertension: 1.5, coronary: 1.6 },
    everyMonths: 3,
    measurements: ['inr'],
    panels: [],
    medications: ['warfarin', 'metoprolol'],
    procedures: ['ecg'],
  },
  // [11] Tsao et al., Circulation 2022;145:e153, NHANES 2015 to 2018: 0.4 % at 20 to 39, 1.6 % at
  // 40 to 59, 6.9 % men and 4.8 % women at 60 to 79, 10.6 % and 12.8 % at 80 and over.
  {
    key: 'heartFailure',
    snomed: '84114007',
    icd10: 'I50.9',
    display: 'Heart failure',
    icdDisplay: 'Heart failure, unspecified',
    prevalence: [
      [30, 3, 3],
      [50, 15, 17],
      [70, 48, 69],
      [84, 128, 106],
    ],
    risks: { coronary: 2.5, hypertension: 1.5 },
    everyMonths: 4,
    measurements: ['ntProBnp', 'oxygen'],
    panels: ['metabolic'],
    medications: ['furosemide', 'metoprolol', 'lisinopril'],
    procedures: ['echo', 'chestXray'],
  },
  // [12] Hollowell et al., J Clin Endocrinol Metab 2002;87:489, NHANES III: hypothyroidism 4.6 %,
  // rising with age, women above men.
  {
    key: 'hypothyroidism',
    snomed: '40930008',
    icd10: 'E03.9',
    display: 'Hypothyroidism',
    icdDisplay: 'Hypothyroidism, unspecified',
    prevalence: [
      [12, 5, 3],
      [30, 28, 12],
      [50, 65, 28],
      [75, 120, 55],
    ],
    everyMonths: 12,
    measurements: ['tsh'],
    panels: [],
    medications: ['levothyroxine'],
    procedures: [],
  },
  // [13] NCHS Data Brief 497, NHIS 2022, arthritis: 3.6 % at 18 to 34, 11.5 % at 35 to 49, 28.8 %
  // at 50 to 64, 53.9 % at 75 and over; osteoarthritis is about half.
  {
    key: 'osteoarthritis',
    snomed: '396275006',
    icd10: 'M19.90',
    display: 'Osteoarthritis',
    icdDisplay: 'Unspecified osteoarthritis, unspecified site',
    prevalence: [
      [24, 0, 0],
      [42, 60, 45],
      [57, 160, 115],
      [75, 310, 220],
    ],
    risks: { obesity: 1.6 },
    everyMonths: 12,
    measurements: ['pain'],
    panels: [],
    medications: ['acetaminophen', 'naproxen'],
    procedures: ['physicalTherapy'],
  },
  // [14] Chen-Xu et al., Arthritis Rheumatol 2019;71:991, NHANES 2015 to 2016: gout 3.9 % of
  // adults, men 5.2 %, women 2.7 %.
  {
    key: 'gout',
    snomed: '90560007',
    icd10: 'M10.9',
    display: 'Gout',
    icdDisplay: 'Gout, unspecified',
    prevalence: [
      [24, 0, 0],
      [45, 15, 40],
      [65, 45, 90],
      [80, 60, 110],
    ],
    everyMonths: 12,
    measurements: ['urate'],
    panels: [],
    medications: ['allopurinol'],
    procedures: [],
  },
  // [15] Le, PLoS One 2016;11:e0166635, NHANES 2003 to 2012: anaemia 5.6 %, women 7.6 %, men 3.5 %,
  // highest at 80 and over.
  {
    key: 'anemia',
    snomed: '271737000',
    icd10: 'D64.9',
    display: 'Anemia',
    icdDisplay: 'Anemia, unspecified',
    prevalence: [
      [4, 12, 12],
      [18, 75, 8],
      [45, 90, 20],
      [60, 50, 45],
      [82, 180, 200],
    ],
    risks: { ckd3: 2 },
    everyMonths: 6,
    measurements: [],
    panels: ['bloodCount'],
    medications: ['ferrousSulfate'],
    procedures: [],
  },
  // [16] Burch et al., Headache 2018;58:496: migraine or severe headache 15.3 %, women 20.7 %, men
  // 9.7 %, falling after 60.
  {
    key: 'migraine',
    snomed: '37796009',
    icd10: 'G43.909',
    display: 'Migraine',
    icdDisplay: 'Migraine, unspecified, not intractable, without status migrainosus',
    prevalence: [
      [9, 10, 10],
      [18, 130, 60],
      [38, 210, 100],
      [60, 150, 75],
      [75, 80, 40],
    ],
    everyMonths: 12,
    measurements: ['pain'],
    panels: [],
    medications: ['naproxen'],
    procedures: [],
  },
  // Complications of type 2 diabetes: [17] Zhang et al., JAMA 2010;304:649, retinopathy in 28.5 %
  // of diabetics of 40 and over.
  {
    key: 'retinopathy',
    snomed: '422034002',
    icd10: 'E11.319',
    display: 'Diabetic retinopathy associated with type 2 diabetes mellitus',
    icdDisplay:
      'Type 2 diabetes mellitus with unspecified diabetic retinopathy without macular edema',
    prevalence: [
      [39, 100, 100],
      [50, 260, 290],
      [75, 270, 300],
    ],
    after: { key: 'diabetes', years: 3 },
    everyMonths: 12,
    measurements: [],
    panels: [],
    medications: [],
    procedures: ['eyeExam'],
  },
]

/** Short illnesses and injuries: yearly rate per mille by age [age, rate], days until resolved. */
export type Acute = {
  readonly key: string
  readonly snomed: string
  readonly icd10: string
  readonly display: string
  readonly icdDisplay: string
  readonly rates: readonly (readonly [age: number, perMille: number])[]
  readonly days: readonly [low: number, high: number]
  /** Names in the `shifts` of measurements. */
  readonly signs: readonly string[]
  readonly emergency: boolean
  readonly panels: readonly string[]
  readonly medications: readonly string[]
  readonly procedures: readonly string[]
  readonly sex?: 'female' | 'male'
}

/** Order of magnitude after [18] NAMCS 2016 and [19] NHAMCS 2018, visits by diagnosis. */
export const ACUTE: readonly Acute[] = [
  {
    key: 'sinusitis',
    snomed: '444814009',
    icd10: 'J01.90',
    display: 'Viral sinusitis',
    icdDisplay: 'Acute sinusitis, unspecified',
    rates: [
      [1, 60],
      [20, 70],
      [60, 50],
    ],
    days: [7, 21],
    signs: [],
    emergency: false,
    panels: [],
    medications: [],
    procedures: [],
  },
  {
    key: 'pharyngitis',
    snomed: '195662009',
    icd10: 'J02.9',
    display: 'Acute viral pharyngitis',
    icdDisplay: 'Acute pharyngitis, unspecified',
    rates: [
      [2, 130],
      [15, 90],
      [40, 35],
      [70, 15],
    ],
    days: [5, 12],
    signs: ['fever'],
    emergency: false,
    panels: [],
    medications: ['acetaminophen'],
    procedures: ['throatCulture'],
  },
  {
    key: 'strep',
    snomed: '43878008',
    icd10: 'J02.0',
    display: 'Streptococcal sore throat',
    icdDisplay: 'Streptococcal pharyngitis',
    rates: [
      [3, 60],
      [12, 50],
      [25, 15],
      [60, 3],
    ],
    days: [7, 12],
    signs: ['fever'],
    emergency: false,
    panels: [],
    medications: ['penicillinV'],
    procedures: ['throatCulture'],
  },
  {
    key: 'otitis',
    snomed: '65363002',
    icd10: 'H66.90',
    display: 'Otitis media',
    icdDisplay: 'Otitis media, unspecified, unspecified ear',
    rates: [
      [0, 400],
      [3, 250],
      [8, 60],
      [20, 8],
    ],
    days: [7, 16],
    signs: ['fever'],
    emergency: false,
    panels: [],
    medications: ['amoxicillin'],
    procedures: [],
  },
  {
    key: 'bronchitis',
    snomed: '10509002',
    icd10: 'J20.9',
    display: 'Acute bronchitis',
    icdDisplay: 'Acute bronchitis, unspecified',
    rates: [
      [2, 60],
      [20, 35],
      [50, 45],
      [75, 60],
    ],
    days: [10, 24],
    signs: ['fever'],
    emergency: false,
    panels: ['bloodCount'],
    medications: ['acetaminophen'],
    procedures: ['chestXray'],
  },
  {
    key: 'uti',
    snomed: '68566005',
    icd10: 'N39.0',
    display: 'Urinary tract infectious disease',
    icdDisplay: 'Urinary tract infection, site not specified',
    rates: [
      [5, 20],
      [20, 90],
      [50, 80],
      [75, 120],
    ],
    days: [5, 12],
    signs: [],
    emergency: false,
    panels: [],
    medications: ['nitrofurantoin'],
    procedures: [],
    sex: 'female',
  },
  {
    key: 'ankleSprain',
    snomed: '44465007',
    icd10: 'S93.409A',
    display: 'Sprain of ankle',
    icdDisplay: 'Sprain of unspecified ligament of unspecified ankle, initial encounter',
    rates: [
      [6, 10],
      [16, 30],
      [40, 12],
      [75, 5],
    ],
    days: [14, 45],
    signs: ['injury'],
    emergency: true,
    panels: [],
    medications: ['ibuprofen'],
    procedures: ['physicalTherapy'],
  },
  {
    key: 'forearmFracture',
    snomed: '65966004',
    icd10: 'S52.90XA',
    display: 'Fracture of forearm',
    icdDisplay:
      'Unspecified fracture of unspecified forearm, initial encounter for closed fracture',
    rates: [
      [3, 6],
      [11, 12],
      [30, 2],
      [75, 6],
    ],
    days: [42, 90],
    signs: ['injury'],
    emergency: true,
    panels: [],
    medications: ['ibuprofen'],
    procedures: ['immobilization'],
  },
]
