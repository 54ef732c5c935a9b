import {
  equal,
  fromHex,
  fromUint,
  fromUtf8,
  type Hex,
  toHex,
  toUint,
  toUtf8,
} from '@ambrosia/primitives/Bytes'
import { sha256Tagged } from '@ambrosia/primitives/Hash'
import { ed25519 } from '@noble/curves/ed25519.js'
import type { Evidence } from './Evidence.ts'
import type { SoftwarePolicy } from './Policy.ts'
import { RefusedError } from './Refusal.ts'
import type { Verdict } from './Verdict.ts'

/**
 * A statement by a development root that a process runs a program. It proves nothing about who can
 * read that process; it exists so that everything above attestation runs without hardware, and
 * production refuses it.
 */
export type Statement = {
  /** Name of the root in the policy. */
  root: string
  measurement: Hex
  /** 64 bytes. */
  reportData: Uint8Array
  expiresAtSec: number
}

const LABEL = 'ambrosia/software-attestation/1'
const MEASUREMENT_SIZE_BYTES = 32
const REPORT_DATA_SIZE_BYTES = 64
const TIME_SIZE_BYTES = 8

/**
 * Evidence that a development root signs.
 * @param rootKey Ed25519 secret key of the root, 32 bytes
 */
export function create(statement: Statement, rootKey: Uint8Array): Evidence {
  const parts = partsOf(statement)
  return {
    kind: 'software',
    parts: [...parts, ed25519.sign(sha256Tagged(LABEL, ...parts), rootKey)],
  }
}

/** Verifies such evidence. @throws Attestation.* */
export function verify(evidence: Evidence, policy: SoftwarePolicy, nowSec: number): Verdict {
  const statement = read(evidence)
  const publicKey = Object.hasOwn(policy.roots, statement.root)
    ? policy.roots[statement.root]
    : undefined
  if (publicKey === undefined) {
    throw new RefusedError('ChainUntrusted', 'the development root is not one of the policy')
  }
  const digest = sha256Tagged(LABEL, ...partsOf(statement))
  if (!isSigned(evidence.parts[4] as Uint8Array, digest, fromHex(publicKey))) {
    throw new RefusedError('SignatureInvalid', 'the development root did not sign this')
  }
  if (nowSec > statement.expiresAtSec) throw new RefusedError('Expired', 'the statement expired')
  const { measurement, reportData } = statement
  const tcb = { status: 'software', advisories: [] }
  return { kind: 'software', measurement, registers: {}, reportData, tcb }
}

function partsOf(statement: Statement): Uint8Array[] {
  return [
    fromUtf8(statement.root),
    fromHex(statement.measurement),
    statement.reportData,
    fromUint(statement.expiresAtSec, TIME_SIZE_BYTES),
  ]
}

function read(evidence: Evidence): Statement {
  const [root, measurement, reportData, expiresAt, signature] = evidence.parts
  const isShaped =
    evidence.parts.length === 5 &&
    measurement?.length === MEASUREMENT_SIZE_BYTES &&
    reportData?.length === REPORT_DATA_SIZE_BYTES &&
    expiresAt?.length === TIME_SIZE_BYTES &&
    signature?.length === 64
  if (!isShaped) throw malformed()
  const seconds = toUint(expiresAt)
  if (seconds > BigInt(Number.MAX_SAFE_INTEGER)) throw malformed()
  return {
    root: nameFrom(root as Uint8Array),
    measurement: toHex(measurement),
    reportData,
    expiresAtSec: Number(seconds),
  }
}

function nameFrom(bytes: Uint8Array): string {
  try {
    const name = toUtf8(bytes)
    if (equal(fromUtf8(name), bytes)) return name
  } catch {
    // falls through to the one refusal
  }
  throw malformed()
}

function isSigned(signature: Uint8Array, digest: Uint8Array, publicKey: Uint8Array): boolean {
  try {
    return ed25519.verify(signature, digest, publicKey, { zip215: false })
  } catch {
    return false
  }
}

function malformed(): RefusedError {
  return new RefusedError('Malformed', 'the software statement cannot be read')
}
