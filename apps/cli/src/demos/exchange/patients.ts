import { basename } from 'node:path'
import * as Bundle from '@ambrosia/health/Bundle'
import * as Generator from '@ambrosia/health/Generator'
import type { Resource } from '@ambrosia/health/Resource'
import { fromUtf8 } from '@ambrosia/primitives/Bytes'
import * as CanonicalJson from '@ambrosia/primitives/CanonicalJson'
import { AmbrosiaError, toPlain } from '@ambrosia/primitives/Errors'
import { readNamed } from '../../namedFiles.ts'

/** Somebody whose record is offered. */
export type Patient = {
  label: string
  about: string
  bundle: Uint8Array
  resources: readonly Resource[]
  /** How a synthetic patient is made once more. */
  made?: { seed: number; asOf: string }
}

/** A synthetic patient with type 2 diabetes. */
export function syntheticPatient(seed: number): Patient {
  const asOf = new Date()
  const { bundle, resources, summary } = Generator.patient({
    seed,
    asOf,
    condition: 'diabetes',
    ageYears: 57,
    resources: 231,
  })
  const about = `synthetic, seed ${seed}, ${summary.ageYears} years, type 2 diabetes, ${resources.length} resources`
  return {
    label: 'patient',
    about,
    bundle: fromUtf8(CanonicalJson.stringify(bundle)),
    resources,
    made: { seed, asOf: asOf.toISOString() },
  }
}

/**
 * Patients of FHIR Bundles, one Patient each.
 * @throws Cli.Usage, Demo.BundleRefused naming the file
 */
export function patientsOf(files: readonly string[]): Patient[] {
  return files.map((file) => {
    const bundle = readNamed(file)
    try {
      const { resources } = Bundle.read(bundle)
      return {
        label: basename(file),
        about: `${basename(file)}, ${resources.length} resources`,
        bundle,
        resources,
      }
    } catch (error) {
      throw new BundleRefusedError(file, error)
    }
  })
}

export class BundleRefusedError extends AmbrosiaError {
  constructor(file: string, cause: unknown) {
    const plain = toPlain(cause)
    super('Demo.BundleRefused', `${file}: ${plain.message}`, {
      hint: plain.hint || 'Give a FHIR R4 Bundle with one Patient.',
      cause,
    })
  }
}
