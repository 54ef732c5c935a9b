import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as Keys from '@ambrosia/credentials/Keys'
import type { Network } from '@ambrosia/devnet/Network'
import * as Generator from '@ambrosia/health/Generator'
import { fromUtf8, random } from '@ambrosia/primitives/Bytes'
import * as CanonicalJson from '@ambrosia/primitives/CanonicalJson'
import { send } from './post.ts'
import type { Load } from './runLoad.ts'

const RESOURCE_COUNT = 60
const PEOPLE_COUNT = 40

/** Records of many people, each issued to a holder of its own: none is one that was issued. */
export async function prepareIssuances(network: Network): Promise<Load> {
  const url = network.file.services.issuer
  const token = readFileSync(join(network.home, 'issuer', 'operator-token'), 'utf8').trim()
  const asOf = new Date('2026-06-01T00:00:00Z')
  const bodies = Array.from({ length: PEOPLE_COUNT }, (_, seed) => {
    const options = { seed, asOf, condition: 'diabetes', resources: RESOURCE_COUNT } as const
    return fromUtf8(CanonicalJson.stringify(Generator.patient(options).bundle))
  })
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' }
  let next = 0
  return {
    url,
    pid: () => network.supervisor.get('issuer').pid as number,
    prepare: async () => {},
    send: async () => {
      const { did } = Keys.createHolderKey(random)
      const path = `/v1/records?holder=${encodeURIComponent(did)}&form=safe-harbor`
      const body = bodies[next++ % bodies.length] as Uint8Array
      return await send(`${url}${path}`, { method: 'POST', headers, body })
    },
  }
}
