// Validation (93 MB of definitions), Predicate and Claims (the FHIRPath engine) and Export are
// imported by their own names: `@ambrosia/health/Validation`. What stands here is light enough for
// every program.
export * as Bundle from './Bundle.ts'
export * as ClaimProfile from './ClaimProfile.ts'
export * as ConsentText from './ConsentText.ts'
export * as DataSetCard from './DataSetCard.ts'
export type { Finding } from './Finding.ts'
export * as Groups from './Groups.ts'
export * as Quality from './Quality.ts'
export * as Resource from './Resource.ts'
export * as Selection from './Selection.ts'
