import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { oracleRoutes } from '@ambrosia/api/oracle/routes'
import { storeRoutes } from '@ambrosia/api/store/routes'
import * as Keys from '@ambrosia/credentials/Keys'
import type { Network } from '@ambrosia/devnet/Network'
import { CRITERIA_SIZE_BYTES } from '@ambrosia/exchange/Limits'
import { fromUtf8, random } from '@ambrosia/primitives/Bytes'
import { BUNDLE_SIZE_BYTES } from '@ambrosia/primitives/Limits'
import { send } from './post.ts'
import type { Answer } from './runLoad.ts'

/** Many bodies at one time that are each as bad as their route allows; none may be taken. */
export type Flood = { name: string; pid: number; url: string; sendAll(): Promise<Answer[]> }

const COUNT = 60
const JSON_TYPE = { 'content-type': 'application/json' }
const MIB = 2 ** 20

/** Text of that many bytes that becomes as many values as text can. */
function emptyLists(sizeBytes: number): Uint8Array {
  return fromUtf8(`[${'[],'.repeat(Math.floor((sizeBytes - 4) / 3))}[]]`)
}

/** One flood for each way in: by strangers, and at the issuer also by its own operator. */
export function createFloods(network: Network): Flood[] {
  const { services } = network.file
  const pidOf = (name: string): number => network.supervisor.get(name).pid as number
  const token = readFileSync(join(network.home, 'issuer', 'operator-token'), 'utf8').trim()
  const { did } = Keys.createHolderKey(random)
  const records = `/v1/records?holder=${encodeURIComponent(did)}&form=identified`
  const ofIssuer = (name: string, bearer: string, body: Uint8Array): Flood => ({
    name: `issuer.${name}`,
    url: services.issuer,
    pid: pidOf('issuer'),
    sendAll: () =>
      repeat(`${services.issuer}${records}`, 'POST', body, {
        authorization: `Bearer ${bearer}`,
        'content-type': 'application/fhir+json',
      }),
  })
  const store = { url: services.store, pid: pidOf('store') }
  const oracle = services.oracles[0] as string
  return [
    ofIssuer('stranger', 'x'.repeat(43), emptyLists(BUNDLE_SIZE_BYTES)),
    ofIssuer('operator', token, emptyLists(8 * MIB)),
    {
      name: 'store.tickets',
      ...store,
      sendAll: () =>
        repeat(
          `${store.url}${storeRoutes.askTicket.path}`,
          'POST',
          emptyLists(64 * 1024),
          JSON_TYPE,
        ),
    },
    {
      name: 'store.documents',
      ...store,
      sendAll: () =>
        repeat(
          `${store.url}/v1/documents/0x${'11'.repeat(32)}`,
          'PUT',
          emptyLists(CRITERIA_SIZE_BYTES),
          JSON_TYPE,
        ),
    },
    {
      name: 'store.uploads',
      ...store,
      sendAll: () =>
        repeat(`${store.url}/v1/blobs/b${'a'.repeat(58)}`, 'PUT', random(8 * MIB), {
          authorization: `Bearer ${'x'.repeat(43)}`,
          'content-type': 'application/octet-stream',
        }),
    },
    {
      name: 'oracle.submissions',
      url: oracle,
      pid: pidOf('oracle-1'),
      sendAll: () =>
        repeat(`${oracle}${oracleRoutes.submit.path}`, 'POST', emptyLists(3.7 * MIB), JSON_TYPE),
    },
  ]
}

function repeat(
  url: string,
  method: 'POST' | 'PUT',
  body: Uint8Array,
  headers: Record<string, string>,
): Promise<Answer[]> {
  return Promise.all(Array.from({ length: COUNT }, () => send(url, { method, headers, body })))
}
