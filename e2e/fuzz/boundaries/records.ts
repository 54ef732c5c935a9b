import * as IssuedRecord from '@ambrosia/exchange/IssuedRecord'
import { formRecord } from '@ambrosia/exchange/issue/issueRecord'
import * as Bundle from '@ambrosia/health/Bundle'
import * as ClaimProfile from '@ambrosia/health/ClaimProfile'
import * as Claims from '@ambrosia/health/Claims'
import * as Generator from '@ambrosia/health/Generator'
import * as Groups from '@ambrosia/health/Groups'
import * as Validation from '@ambrosia/health/Validation'
import { fromUtf8, random, toUtf8 } from '@ambrosia/primitives/Bytes'
import type { Boundary } from '../Boundary.ts'
import { changeBytes } from '../changeBytes.ts'
import { changeJson } from '../changeJson.ts'
import { answerOf } from '../runFuzz.ts'
import { soundSubmission } from '../setting.ts'

/** A Bundle as an issuer takes it: read, checked, de-identified, its claims derived. */
export const bundles: Boundary = {
  name: 'bundles',
  smallCases: 150,
  limitMs: 20_000,
  open: async () => {
    const asOf = new Date('2026-06-01T00:00:00Z')
    const patient = Generator.patient({ seed: 3, asOf, condition: 'diabetes', resources: 50 })
    const bytes = Bundle.write(patient.resources)
    const sound = JSON.parse(toUtf8(bytes)) as object
    return {
      feed: async (chance) => {
        const input = chance.once(4)
          ? changeBytes(bytes, chance)
          : fromUtf8(JSON.stringify(changeJson(sound, chance)))
        return await answerOf(() => readBundle(input, asOf))
      },
    }
  },
}

/** All that issuing does but the signature. */
function readBundle(input: Uint8Array, now: Date): void {
  const { resources: original } = Bundle.read(input)
  Validation.assert(original)
  const form = { form: 'safe-harbor', now, randomBytes: random } as const
  const { resources } = formRecord(original, form)
  Claims.derive(resources, ClaimProfile.AMBROSIA_CORE_2, { asOf: now })
  Groups.groupsOf(resources)
}

/** An issued record as a wallet keeps it. */
export const issuedRecords: Boundary = {
  name: 'issuedRecords',
  smallCases: 300,
  limitMs: 10_000,
  open: async () => {
    const { parts } = await soundSubmission()
    const sound = JSON.parse(JSON.stringify(parts.record)) as object
    return {
      feed: async (chance) => {
        const changed = JSON.parse(JSON.stringify(changeJson(sound, chance)))
        return await answerOf(() => {
          const { resources } = IssuedRecord.parse(changed)
          IssuedRecord.toResources(resources)
          IssuedRecord.toBundleText(resources)
        })
      },
    }
  },
}
