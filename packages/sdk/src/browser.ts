/**
 * The entry for web pages. What needs large libraries (credentials, FHIRPath) loads when it is
 * used, so the page starts small; `npm run check` holds the entry under 300 kB gzip.
 */

export { createStoreClient, type StoreClient } from '@ambrosia/api/store/StoreClient'
export { type Chain, createChain, type NetworkView } from './Chain.ts'
export { changeDeal } from './consumer/changeDeal.ts'
export { claimDelivery, refundDelivery } from './consumer/claimDelivery.ts'
export type { OnProgress, Progress } from './Progress.ts'
export { cancelConsent, revokeConsent, sweep } from './provider/revokeConsent.ts'
export { signConsent } from './provider/signConsent.ts'
export { readRecords } from './readRecords.ts'
export { settle } from './relay/settle.ts'

/** Selecting, sealing and submitting a record. */
export const provider = () => import('./provider/offerRecord.ts')
/** Collecting and verifying deliveries. */
export const consumer = () => import('./consumer/collectRecord.ts')
