import type { Loader } from '@ambrosia/credentials/Contexts'
import * as Credential from '@ambrosia/credentials/Credential'
import * as Bundle from '@ambrosia/health/Bundle'
import * as ClaimProfile from '@ambrosia/health/ClaimProfile'
import * as Claims from '@ambrosia/health/Claims'
import { type Resource, toPlain } from '@ambrosia/health/Resource'
import { type OtherVersion, otherVersion } from '@ambrosia/health/resource/otherVersion'
import * as SafeHarbor from '@ambrosia/health/SafeHarbor'
import * as Validation from '@ambrosia/health/Validation'
import { fromUtf8, type RandomBytes, toHex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { hmacSha256, lengthPrefixed } from '@ambrosia/primitives/Hash'
import {
  type IssuedRecord,
  type RecordForm,
  type SaltedResource,
  salted,
  toBundleText,
} from '../IssuedRecord.ts'
import { build, MANDATORY_POINTERS } from '../RecordCredential.ts'

/**
 * What an issuer hands over, with what a privacy officer signs: rules, paths and counts, never
 * values.
 */
export type Issuance = {
  record: IssuedRecord
  claimCount: number
  digestCount: number
  report: SafeHarbor.Report | undefined
}

/** Issues one form of a Bundle as a signed record. @throws Bundle.*, Issuer.InvalidRecord */
export async function issueRecord(options: {
  bundle: Uint8Array | string
  form: RecordForm
  issuer: string
  key: Credential.BbsIssuerKey
  holder: string
  subjectHandle: string
  credentialStatus: Record<string, unknown>
  validForSec: number
  now: Date
  randomBytes: RandomBytes
  loader: Loader
}): Promise<Issuance> {
  const { resources: original } = Bundle.read(options.bundle)
  const findings = Validation.check(original)
  const first = findings[0]
  if (first) {
    const other = otherVersion(original.map(toPlain))
    throw new InvalidRecordError(first.path, first.rule, findings.length, other)
  }
  const { resources, saltedResources, report } = formRecord(original, options)
  const profile = ClaimProfile.AMBROSIA_CORE_2
  const claims = Claims.derive(resources, profile, { asOf: options.now })
  const credential = build({
    issuer: options.issuer,
    holder: options.holder,
    subjectHandle: options.subjectHandle,
    claimProfile: toHex(ClaimProfile.hash(profile)),
    form: options.form,
    claims,
    resources,
    salted: saltedResources,
    validFrom: options.now,
    validUntil: new Date(options.now.getTime() + options.validForSec * 1000),
    credentialStatus: options.credentialStatus,
    randomBytes: options.randomBytes,
  })
  const signed = await Credential.issueBbs({
    credential,
    key: options.key,
    mandatoryPointers: [...MANDATORY_POINTERS],
    loader: options.loader,
  })
  return {
    record: { version: 1, form: options.form, credential: signed, resources: saltedResources },
    claimCount: Object.keys(claims).length,
    digestCount: saltedResources.length,
    report,
  }
}

/**
 * What is signed and handed over of a person's resources, in the form that is issued.
 * @throws Issuer.*, Bundle.*, Record.*
 */
export function formRecord(
  original: readonly Resource[],
  options: { form: RecordForm; now: Date; randomBytes: RandomBytes },
): {
  resources: Resource[]
  saltedResources: SaltedResource[]
  report: SafeHarbor.Report | undefined
} {
  const { resources, report } = inForm(original, options)
  const saltedResources = salted(resources, options.randomBytes)
  // What the buyer will get is read by the buyer's reader before anything is signed.
  Bundle.assertReadable(toBundleText(saltedResources), resources)
  return { resources, saltedResources, report }
}

/**
 * The resources in the form that is issued. New ids come from a key made for this issuance, so they
 * are derived from nothing about the person (45 CFR 164.514(c)(1)). Resources are ordered by these
 * ids, so the order of the file is not told either.
 */
function inForm(
  original: readonly Resource[],
  options: { form: RecordForm; now: Date; randomBytes: RandomBytes },
): { resources: Resource[]; report: SafeHarbor.Report | undefined } {
  if (options.form === 'identified') return { resources: [...original], report: undefined }
  const key = options.randomBytes(32)
  const rekey = (type: string, id: string): string =>
    toUuid(hmacSha256(key, lengthPrefixed([fromUtf8(type), fromUtf8(id)])))
  const { resources, report } = SafeHarbor.deidentify(original, {
    rekey,
    references: 'urn:uuid',
    asOf: options.now,
  })
  if (!resources.some((resource) => resource.type === 'Patient')) throw new NoPatientError()
  return { resources: resources.toSorted((a, b) => (a.id < b.id ? -1 : 1)), report }
}

/**
 * The form of a random UUID (RFC 9562, section 5.4), so that a delivered Bundle has a valid
 * `fullUrl` for each entry.
 */
function toUuid(bytes: Uint8Array): string {
  const hex = toHex(bytes).slice(2, 34)
  const variant = ((Number.parseInt(hex[16] as string, 16) & 3) | 8).toString(16)
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    variant + hex.slice(17, 20),
    hex.slice(20),
  ]
  return parts.join('-')
}

export class InvalidRecordError extends AmbrosiaError {
  constructor(path: string, rule: string, count: number, other?: OtherVersion) {
    super(
      'Issuer.InvalidRecord',
      `the record is not valid FHIR R4 at ${path}: ${rule} (${count} ${count === 1 ? 'finding' : 'findings'})`,
      {
        hint:
          other === undefined
            ? 'Correct the record at its source; an issuer signs valid records only. All findings: ambrosia record findings FILE.'
            : `It seems to be FHIR ${other.version} (${other.sign}): export it as FHIR R4 (4.0.1).`,
      },
    )
  }
}

export class NoPatientError extends AmbrosiaError {
  constructor() {
    super(
      'Issuer.NoPatient',
      'the Patient of the record has no Safe Harbor form; nothing was issued',
      { hint: 'The Patient must be valid FHIR R4 without a modifier extension or implicit rules.' },
    )
  }
}
