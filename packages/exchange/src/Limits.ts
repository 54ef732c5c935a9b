/** The limits of the exchange; each has a test at the limit and one past it. */

/** A criteria document, bytes. */
export const CRITERIA_SIZE_BYTES = 64 * 1024
/**
 * Resources with a digest of their own in a credential; above that, one Merkle root per resource
 * type.
 */
export const DIGEST_LIST_COUNT = 200
/**
 * Groups (class and code) in a credential: with claims and digests below what BBS signs together.
 */
export const RECORD_GROUP_COUNT = 3500
/**
 * What is sealed, bytes: the largest record as JSON text in JSON, its proofs and a presentation.
 */
export const PAYLOAD_SIZE_BYTES = 128 * 1024 * 1024
/** The same with its padding, bytes: what an oracle fetches and opens at most. */
export const PADDED_SIZE_BYTES = 160 * 1024 * 1024
/** Age of a submission against an oracle's clock, seconds. */
export const SUBMISSION_SKEW_SEC = 300
/** Longest life of a permission to check, seconds. */
export const PERMISSION_LIFE_SEC = 3600
/** Longest life of a certificate, seconds. */
export const CERTIFICATE_LIFE_SEC = 3600
