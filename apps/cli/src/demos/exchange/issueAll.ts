import { toPlain } from '@ambrosia/primitives/Errors'
import type { Ground } from '../frame/startGround.ts'
import type { Patient } from './patients.ts'
import type { Failure, Holder } from './types.ts'

/**
 * The hospital signs a record for each patient; with several, one that it refuses does not hold up
 * the others.
 */
export async function issueAll(
  ground: Ground,
  patients: Patient[],
  failures: Failure[],
): Promise<Holder[]> {
  const holders: Holder[] = []
  for (const [index, patient] of patients.entries()) {
    const name = `${ground.network.file.contracts['dealBook']?.slice(2, 10)}-${Date.now()}-${index}`
    const holderKey = ground.wallet.holderKey(name)
    try {
      holders.push({
        patient,
        name,
        issued: await ground.network.issuer.issue(patient.bundle, holderKey.did, 'safe-harbor'),
      })
    } catch (error) {
      const { code, message } = toPlain(error)
      if (patients.length === 1) throw error
      failures.push({ bundle: patient.label, code, message })
    }
  }
  return holders
}
