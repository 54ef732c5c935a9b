/**
 * Limits that several packages keep to; those of one domain stand in its package. Each has a test
 * at the limit and one past it.
 */

/** A FHIR Bundle as a file, bytes. */
export const BUNDLE_SIZE_BYTES = 64 * 1024 * 1024
/** One FHIR resource, canonical bytes. */
export const RESOURCE_SIZE_BYTES = 4 * 1024 * 1024
/** Nesting of JSON objects and arrays. */
export const JSON_DEPTH = 64
/**
 * Values in one JSON text: members, items and what holds them. A text of zeros takes a hundred
 * times its size in memory.
 */
export const JSON_NODE_COUNT = 4_000_000
/**
 * Values in one message between programs, such as a request's body: far below what a record holds,
 * and what a hundred messages of it may take together.
 */
export const MESSAGE_NODE_COUNT = 200_000
/** Resources in one record. */
export const RECORD_RESOURCE_COUNT = 20_000
/** Evidence of an enclave, bytes: the chain carries it, and what reads it has no other bound. */
export const ATTESTATION_EVIDENCE_SIZE_BYTES = 16 * 1024
