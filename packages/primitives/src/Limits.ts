/** The limits of what this network accepts, in one place; each has a test at the limit and one past it. */

/** A FHIR Bundle as a file, bytes. */
export const BUNDLE_SIZE_BYTES = 64 * 1024 * 1024
/** One FHIR resource, canonical bytes. */
export const RESOURCE_SIZE_BYTES = 4 * 1024 * 1024
/** Nesting of JSON objects and arrays. */
export const JSON_DEPTH = 64
/** A criteria document, bytes. */
export const CRITERIA_SIZE_BYTES = 64 * 1024
/** Resources in one record. */
export const RECORD_RESOURCE_COUNT = 20_000
/** Resources with a digest of their own in a credential; above that, one Merkle root per resource type. */
export const DIGEST_LIST_COUNT = 200
/** Age of a submission against an oracle's clock, seconds. */
export const SUBMISSION_SKEW_SEC = 300
/** Longest life of a certificate, seconds. */
export const CERTIFICATE_LIFE_SEC = 3600
/** Evidence of an enclave, bytes: the chain carries it, and what reads it has no other bound. */
export const ATTESTATION_EVIDENCE_SIZE_BYTES = 16 * 1024
