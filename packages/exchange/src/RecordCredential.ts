import { groupsOf } from '@ambrosia/health/Groups'
import type { Resource } from '@ambrosia/health/Resource'
import { compare, fromHex, fromUtf8, type RandomBytes, toHex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { DIGEST_LIST_COUNT } from '@ambrosia/primitives/Limits'
import * as MerkleTree from '@ambrosia/primitives/MerkleTree'
import { digest, digestText, type RecordForm, type SaltedResource } from './IssuedRecord.ts'

/** A claim value: text, integer, or a set of texts such as condition codes. */
export type ClaimValue = string | number | string[]

/** The terms of a credential subject that are not claims of the profile. */
export const SUBJECT_TERMS = [
  'subjectHandle',
  'holder',
  'claimProfile',
  'form',
  'group',
  'resourceDigest',
  'typeRoot',
] as const

/** Always shown, else a holder could hide the expiry; docs/protocol/exchange.md, section 5. */
export const MANDATORY_POINTERS = [
  '/@context',
  '/type',
  '/issuer',
  '/validFrom',
  '/validUntil',
  '/credentialSubject/claimProfile',
  '/credentialSubject/form',
] as const

export const RECORD_CONTEXTS = [
  'https://www.w3.org/ns/credentials/v2',
  'urn:ambrosia:context:health-record:1',
] as const

/** A credential over a record, before it is signed. */
export type RecordCredential = {
  '@context': string[]
  type: string[]
  issuer: string
  validFrom: string
  validUntil: string
  credentialStatus: Record<string, unknown>
  credentialSubject: Record<string, unknown>
}

/** Classes that hide how many resources a record has. */
const SIZE_CLASSES = [25, 50, 100, DIGEST_LIST_COUNT]

/** The credential of a record: flat claims, counts and roots of every group, and digests or type roots. */
export function build(options: {
  issuer: string
  holder: string
  subjectHandle: string
  claimProfile: string
  form: RecordForm
  claims: Readonly<Record<string, ClaimValue>>
  resources: readonly Resource[]
  salted: readonly SaltedResource[]
  validFrom: Date
  validUntil: Date
  credentialStatus: Record<string, unknown>
  randomBytes: RandomBytes
}): RecordCredential {
  const digests = options.salted.map(digest)
  const isListed = digests.length <= DIGEST_LIST_COUNT
  return {
    '@context': [...RECORD_CONTEXTS],
    type: ['VerifiableCredential', 'HealthRecordCredential'],
    issuer: options.issuer,
    validFrom: isoSeconds(options.validFrom),
    validUntil: isoSeconds(options.validUntil),
    credentialStatus: options.credentialStatus,
    credentialSubject: {
      subjectHandle: options.subjectHandle,
      holder: options.holder,
      claimProfile: options.claimProfile,
      form: options.form,
      ...options.claims,
      group: groupTexts(options.resources, digests),
      typeRoot: typeRootTexts(options.resources, digests),
      ...(isListed ? { resourceDigest: padded(digests, options.randomBytes).map(digestText) } : {}),
    },
  }
}

function isoSeconds(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`
}

function padded(digests: readonly Uint8Array[], randomBytes: RandomBytes): Uint8Array[] {
  const size = SIZE_CLASSES.find((limit) => limit >= digests.length) as number
  const filling = Array.from({ length: size - digests.length }, () => randomBytes(32))
  return [...digests, ...filling]
}

function groupTexts(resources: readonly Resource[], digests: readonly Uint8Array[]): string[] {
  return groupsOf(resources).map((group) => {
    const root = MerkleTree.root(group.indexes.map((index) => digests[index] as Uint8Array))
    return [
      group.type,
      group.system,
      group.code,
      group.indexes.length,
      toHex(root),
      group.startYear,
      group.endYear,
    ].join('|')
  })
}

/** Positions of the resources of each type, types in alphabetical order. */
function indexesByType(types: readonly string[]): Map<string, number[]> {
  const byType = new Map<string, number[]>()
  types.forEach((type, index) => {
    byType.set(type, [...(byType.get(type) ?? []), index])
  })
  return new Map([...byType].sort(([a], [b]) => (a < b ? -1 : 1)))
}

function typeRootTexts(resources: readonly Resource[], digests: readonly Uint8Array[]): string[] {
  return [...indexesByType(resources.map((resource) => resource.type))].map(([type, indexes]) => {
    const root = MerkleTree.root(indexes.map((index) => digests[index] as Uint8Array))
    return `${type}|${indexes.length}|${toHex(root)}`
  })
}

/** A Merkle proof in JSON. */
export type JsonProof = { index: number; size: number; path: string[] }

/** Proofs that lead from the selected resources to their type roots. */
export function proveResources(
  types: readonly string[],
  salted: readonly SaltedResource[],
  selected: readonly number[],
): JsonProof[] {
  const byType = indexesByType(types)
  const digests = salted.map(digest)
  const proofs = new Map<number, JsonProof>()
  const wanted = new Set(selected)
  for (const members of byType.values()) {
    const positions = members.flatMap((member, position) => (wanted.has(member) ? [position] : []))
    if (positions.length === 0) continue
    const entries = members.map((member) => digests[member] as Uint8Array)
    for (const { index, size, path } of MerkleTree.proveMany(entries, positions))
      proofs.set(members[index] as number, { index, size, path: path.map(toHex) })
  }
  return selected.map((index) => proofs.get(index) as JsonProof)
}

/** A group as the credential states it. */
export type GroupClaim = {
  type: string
  system: string
  code: string
  count: number
  root: string
  startYear: number
  endYear: number
}

/** @throws Record.InvalidGroup */
export function parseGroup(text: string): GroupClaim {
  const parts = text.split('|')
  const [type, system, code, count, root, startYear, endYear] = parts as string[]
  const isComplete =
    parts.length === 7 && /^\d{1,5}$/.test(count ?? '') && /^0x[0-9a-f]{64}$/.test(root ?? '')
  if (!isComplete) throw new InvalidGroupError()
  return {
    type: type as string,
    system: system as string,
    code: code as string,
    count: Number(count),
    root: root as string,
    startYear: Number(startYear),
    endYear: Number(endYear),
  }
}

/** All resources of a type as the credential states them. */
export type TypeClaim = { type: string; count: number; root: string }

/** @throws Record.InvalidGroup */
export function parseTypeRoot(text: string): TypeClaim {
  const [type = '', count = '', root = '', ...more] = text.split('|')
  if (more.length > 0 || !/^\d{1,5}$/.test(count) || !/^0x[0-9a-f]{64}$/.test(root)) {
    throw new InvalidGroupError()
  }
  return { type, count: Number(count), root }
}

/** True when these salted resources, in the order of the record, are all of their type. */
export function isWholeType(claim: TypeClaim, members: readonly SaltedResource[]): boolean {
  return (
    members.length === claim.count && toHex(MerkleTree.root(members.map(digest))) === claim.root
  )
}

/** True when these salted resources are the whole group: same count, and their digests make its root. */
export function isWholeGroup(group: GroupClaim, members: readonly SaltedResource[]): boolean {
  if (members.length !== group.count) return false
  const ordered = members
    .map((member) => ({ bytes: fromUtf8(member.text), digest: digest(member) }))
    .sort((a, b) => compare(a.bytes, b.bytes))
  return toHex(MerkleTree.root(ordered.map((entry) => entry.digest))) === group.root
}

/** True when the resource's digest is in the disclosed list, or its proof leads to a disclosed root of its type. */
export function isSignedResource(
  subject: Readonly<Record<string, unknown>>,
  type: string,
  resource: SaltedResource & { proof?: JsonProof },
): boolean {
  const digestBytes = digest(resource)
  if (resource.proof === undefined) {
    return textsOf(subject['resourceDigest']).includes(digestText(digestBytes))
  }
  const { index, size, path } = resource.proof
  const proof = { index, size, path: path.map(fromHex) }
  return textsOf(subject['typeRoot'])
    .map(parseTypeRoot)
    .some(
      (claim) =>
        claim.type === type &&
        claim.count === size &&
        MerkleTree.verify(digestBytes, proof, fromHex(claim.root)),
    )
}

/** A disclosed set of texts; JSON-LD writes a set of one as its only member. */
export function textsOf(value: unknown): string[] {
  const list = Array.isArray(value) ? value : value === undefined ? [] : [value]
  return list.filter((item): item is string => typeof item === 'string')
}

export class InvalidGroupError extends AmbrosiaError {
  constructor() {
    super('Record.InvalidGroup', 'a group or type claim does not have its parts')
  }
}
