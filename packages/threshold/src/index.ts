export * as Generation from './Generation.ts'
export * as Resharing from './Resharing.ts'
export * as Sharing from './Sharing.ts'
export * as ThresholdOprf from './ThresholdOprf.ts'
