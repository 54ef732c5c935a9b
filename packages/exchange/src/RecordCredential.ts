import { groupsOf } from '@ambrosia/health/Groups'
import { type Code, canonicalSystem, type Resource } from '@ambrosia/health/Resource'
import { classOf } from '@ambrosia/health/Sensitivity'
import { compare, fromHex, fromUtf8, type RandomBytes, toHex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import * as MerkleTree from '@ambrosia/primitives/MerkleTree'
import { digest, digestText, type RecordForm, type SaltedResource } from './IssuedRecord.ts'
import { DIGEST_LIST_COUNT, RECORD_GROUP_COUNT } from './Limits.ts'

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

/**
 * The credential of a record: flat claims, counts and roots of every group, and digests or type
 * roots.
 * @throws Record.TooManyGroups
 */
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
  const groups = groupsOf(resources)
  if (groups.length > RECORD_GROUP_COUNT) throw new TooManyGroupsError(groups.length)
  return groups.map((group) => {
    const root = MerkleTree.root(group.indexes.map((index) => digests[index] as Uint8Array))
    return [
      group.class,
      escaped(group.system),
      escaped(group.code),
      group.indexes.length,
      toHex(root),
      group.startYear,
      group.endYear,
    ].join('|')
  })
}

/** A bar parts the members of a group; codes and systems from outside may hold one. */
function escaped(text: string): string {
  return text.replace(/[%|]/g, (sign) => (sign === '%' ? '%25' : '%7C'))
}

function unescaped(text: string): string {
  return text.replace(/%(25|7C)/g, (_, hex) => (hex === '25' ? '%' : '|'))
}

/** Positions of the resources of each class, classes in alphabetical order. */
function indexesByClass(classes: readonly string[]): Map<string, number[]> {
  const byClass = new Map<string, number[]>()
  classes.forEach((name, index) => {
    byClass.set(name, [...(byClass.get(name) ?? []), index])
  })
  return new Map([...byClass].sort(([a], [b]) => (a < b ? -1 : 1)))
}

function typeRootTexts(resources: readonly Resource[], digests: readonly Uint8Array[]): string[] {
  const groups = groupsOf(resources).map((group) => group.class)
  return [...indexesByClass(resources.map(classOf))].map(([name, indexes]) => {
    const root = MerkleTree.root(indexes.map((index) => digests[index] as Uint8Array))
    const groupCount = groups.filter((one) => one === name).length
    return `${name}|${indexes.length}|${toHex(root)}|${groupCount}`
  })
}

/** A Merkle proof in JSON. */
export type JsonProof = { index: number; size: number; path: string[] }

/** Proofs that lead from the selected resources to the roots of their classes. */
export function proveResources(
  classes: readonly string[],
  salted: readonly SaltedResource[],
  selected: readonly number[],
): JsonProof[] {
  const byClass = indexesByClass(classes)
  const digests = salted.map(digest)
  const proofs = new Map<number, JsonProof>()
  const wanted = new Set(selected)
  for (const members of byClass.values()) {
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
  /** Type, and sensitivity labels where its resources have any. */
  class: string
  system: string
  code: string
  count: number
  root: string
  startYear: number
  endYear: number
}

/** True for the group of a code; a code system named by its OID is the one named by URL. */
export function isGroupOf(group: GroupClaim, { system, code }: Code): boolean {
  return group.code === code && group.system === canonicalSystem(system)
}

/** @throws Record.InvalidGroup */
export function parseGroup(text: string): GroupClaim {
  const parts = text.split('|')
  const [name, system, code, count, root, startYear, endYear] = parts as string[]
  const isComplete =
    parts.length === 7 && /^\d{1,5}$/.test(count ?? '') && /^0x[0-9a-f]{64}$/.test(root ?? '')
  if (!isComplete) throw new InvalidGroupError()
  return {
    class: name as string,
    system: unescaped(system as string),
    code: unescaped(code as string),
    count: Number(count),
    root: root as string,
    startYear: Number(startYear),
    endYear: Number(endYear),
  }
}

/** All resources of a class as the credential states them, and how many groups they make. */
export type TypeClaim = { class: string; count: number; root: string; groupCount: number }

/** @throws Record.InvalidGroup */
export function parseTypeRoot(text: string): TypeClaim {
  const [name = '', count = '', root = '', groupCount = '', ...more] = text.split('|')
  const isComplete =
    more.length === 0 &&
    /^0x[0-9a-f]{64}$/.test(root) &&
    /^\d{1,5} \d{1,6}$/.test(`${count} ${groupCount}`)
  if (!isComplete) throw new InvalidGroupError()
  return { class: name, count: Number(count), root, groupCount: Number(groupCount) }
}

/** True when these salted resources, in the order of the record, are all of their class. */
export function isWholeType(claim: TypeClaim, members: readonly SaltedResource[]): boolean {
  return (
    members.length === claim.count && toHex(MerkleTree.root(members.map(digest))) === claim.root
  )
}

/**
 * True when these salted resources are the whole group: same count, and their digests make its
 * root.
 */
export function isWholeGroup(group: GroupClaim, members: readonly SaltedResource[]): boolean {
  if (members.length !== group.count) return false
  const ordered = members
    .map((member) => ({ bytes: fromUtf8(member.text), digest: digest(member) }))
    .sort((a, b) => compare(a.bytes, b.bytes))
  return toHex(MerkleTree.root(ordered.map((entry) => entry.digest))) === group.root
}

/**
 * True when the resource's digest is in the disclosed list, or its proof leads to a disclosed root
 * of its class.
 */
export function isSignedResource(
  subject: Readonly<Record<string, unknown>>,
  className: string,
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
        claim.class === className &&
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

export class TooManyGroupsError extends AmbrosiaError {
  constructor(count: number) {
    super('Record.TooManyGroups', `${count} different codes; the limit is ${RECORD_GROUP_COUNT}`, {
      hint: 'Issue the record in parts, such as by period.',
    })
  }
}
