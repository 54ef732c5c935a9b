import { storeRoutes } from '@ambrosia/api/store/routes'
import type { Network } from '@ambrosia/devnet/Network'
import { dealBookDomain } from '@ambrosia/exchange/messages/Message'
import * as PermissionToCheck from '@ambrosia/exchange/PermissionToCheck'
import * as SignedPermission from '@ambrosia/exchange/permission/SignedPermission'
import { fromUtf8, type Hex, random, toHex } from '@ambrosia/primitives/Bytes'
import { signRequest } from '@ambrosia/primitives/SignedRequest'
import * as ContentAddress from '@ambrosia/sealing/ContentAddress'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { type Ground, openTestDeal } from '../support/offering.ts'
import { send } from './post.ts'
import type { Load } from './runLoad.ts'

const UPLOAD_SIZE_BYTES = 128 * 1024
/** Records that are sent in turn, each under another account: the store keeps each once. */
const RECORD_COUNT = 64
const OCTETS = 'application/octet-stream'

type Upload = {
  sealed: Uint8Array
  cid: string
  asked: Uint8Array
  headers: Record<string, string>
}

/** Tickets and their uploads, each by an account that the store has not met. */
export async function prepareUploads(ground: Ground): Promise<Load> {
  const { network } = ground
  const url = network.file.services.store
  const { dealId } = await openTestDeal(ground, { maximumRecords: 100 })
  const audience = await ground.store.account()
  const records = await Promise.all(
    Array.from({ length: RECORD_COUNT }, async () => {
      const sealed = random(UPLOAD_SIZE_BYTES)
      return { sealed, cid: (await ContentAddress.fromBytes([sealed])).cid }
    }),
  )
  let uploads: Upload[] = []
  let made = 0
  const make = async (): Promise<Upload> => {
    const record = records[made++ % RECORD_COUNT] as (typeof records)[number]
    return { ...record, ...(await askFor(record, network, dealId, audience)) }
  }
  return {
    url,
    pid: () => network.supervisor.get('store').pid as number,
    prepare: async (count) => {
      uploads = []
      while (uploads.length < count) uploads.push(await make())
    },
    send: async () => {
      const upload = uploads.pop() ?? (await make())
      const { cid, headers, sealed } = upload
      const path = storeRoutes.askTicket.path
      const answer = await send(`${url}${path}`, { method: 'POST', headers, body: upload.asked })
      if (answer.status !== storeRoutes.askTicket.answer.status) return answer
      const { ticket } = JSON.parse(answer.body) as { ticket: string }
      const uploaded = await send(`${url}/v1/blobs/${cid}`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${ticket}`, 'content-type': OCTETS },
        body: sealed,
      })
      return { ...uploaded, tookMs: answer.tookMs + uploaded.tookMs }
    },
  }
}

/** The signed request for a ticket, by a new account. */
async function askFor(
  { sealed, cid }: { sealed: Uint8Array; cid: string },
  { file, chain, operators }: Network,
  dealId: Hex,
  audience: Hex,
): Promise<Pick<Upload, 'asked' | 'headers'>> {
  const manifestHash = toHex(random(32))
  const signer = privateKeyToAccount(generatePrivateKey())
  const nowSec = Math.floor(Date.now() / 1000)
  const { permission, signature } = await SignedPermission.sign(
    signer,
    dealBookDomain(file.chainId, chain.contracts.dealBook),
    {
      dealId,
      manifestHash,
      payloadRoot: manifestHash,
      oracles: operators,
      asOf: BigInt(nowSec),
      validUntil: BigInt(nowSec + 600),
    },
    ['load'],
  )
  const asked = fromUtf8(
    JSON.stringify({
      dealId,
      manifestHash,
      contentAddress: cid,
      sizeBytes: sealed.length,
      permission: PermissionToCheck.toJson(permission),
      permissionSignature: signature,
    }),
  )
  const headers = await signRequest({
    method: 'POST',
    url: `${file.services.store}${storeRoutes.askTicket.path}`,
    body: asked,
    chainId: file.chainId,
    signer,
    audience,
    nowSec,
  })
  return { asked, headers: { ...headers, 'content-type': 'application/json' } }
}
