import assert from 'node:assert/strict'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import * as PermissionToCheck from '@ambrosia/exchange/PermissionToCheck'
import * as StorageReceipt from '@ambrosia/exchange/StorageReceipt'
import { fromUtf8, type Hex } from '@ambrosia/primitives/Bytes'
import { signRequest } from '@ambrosia/primitives/SignedRequest'
import * as ContentAddress from '@ambrosia/sealing/ContentAddress'
import { settleRecord } from '@ambrosia/testing/makeSettlement'
import { startExchange, type TestOracle } from '@ambrosia/testing/startExchange'
import { startService } from '@ambrosia/testing/startService'
import { useFolder } from '@ambrosia/testing/useFolder'
import { newAccount, word } from '@ambrosia/testing/values'
import type { Address, LocalAccount } from 'viem'
import { answerOf, contentOf } from './testing/startStore.ts'

/** Waits for what the file system shows of another process. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 10))
}

describe('the store as a process', () => {
  it('sells through the real contracts, and loses nothing when it is killed', async (t) => {
    const exchange = await startExchange(t)
    const home = useFolder(t)
    const network = {
      version: 1,
      chainId: 31337,
      rpcUrl: exchange.url,
      contracts: exchange.contracts,
      services: { oracles: [] },
      confirmations: 1,
    }
    writeFileSync(join(home, 'network.json'), JSON.stringify(network))
    let store = await startService(t, 'store', home)
    const service = (await (await fetch(`${store.url}/v1/service`)).json()) as { account: Address }
    const { account: audience } = service
    const deal = await exchange.openNewDeal({ stores: [audience] })
    const provider = newAccount()
    const content = contentOf(2_000_000)
    const { cid: contentAddress } = await ContentAddress.fromBytes(content)
    const manifestHash = word(0x55)
    const signed = async (signer: LocalAccount, method: string, path: string, json?: object) => {
      const body = json && fromUtf8(JSON.stringify(json))
      const url = `${store.url}${path}`
      const nowSec = Math.floor(Date.now() / 1000)
      const headers = await signRequest({
        method,
        url,
        body,
        chainId: 31337,
        signer,
        audience,
        nowSec,
      })
      const type = body ? { 'content-type': 'application/json' } : {}
      return new Request(url, {
        method,
        headers: { ...headers, ...type },
        ...(body ? { body: body as Uint8Array<ArrayBuffer> } : {}),
      })
    }
    const nowSec = BigInt(Math.floor(Date.now() / 1000))
    const permission = {
      dealId: deal.dealId,
      provider: provider.address,
      manifestHash,
      payloadRoot: word(5),
      oracles: [...deal.terms.oracles],
      wordsHash: word(6),
      asOf: nowSec,
      validUntil: nowSec + 3600n,
    }
    const typed = PermissionToCheck.toTypedData(permission, exchange.domain)
    const ask = {
      dealId: deal.dealId,
      manifestHash,
      contentAddress,
      sizeBytes: content.length,
      permission: PermissionToCheck.toJson(permission),
      permissionSignature: await provider.signTypedData(typed),
    }
    const { body } = await answerOf(await fetch(await signed(provider, 'POST', '/v1/tickets', ask)))
    const ticket = String(body['ticket'])

    // Killed half-way through an upload.
    const { port } = new URL(store.url)
    const socket = connect(Number(port), '127.0.0.1')
    socket.on('error', () => undefined)
    const incoming = join(home, 'store', 'blobs', 'incoming')
    socket.write(
      `PUT /v1/blobs/${contentAddress} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nauthorization: Bearer ${ticket}\r\n` +
        `content-type: application/octet-stream\r\ncontent-length: ${content.length}\r\n\r\n`,
    )
    socket.write(content.subarray(0, 1_500_000))
    await until(() => readdirSync(incoming).length === 1)
    await store.end('SIGKILL')
    store = await startService(t, 'store', home)
    assert.deepEqual(readdirSync(incoming), [])

    // The ticket is still good, and the account the same.
    const put = await fetch(`${store.url}/v1/blobs/${contentAddress}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${ticket}`, 'content-type': 'application/octet-stream' },
      body: content as Uint8Array<ArrayBuffer>,
    })
    const answer = await answerOf(put)
    assert.equal(answer.status, 201)
    const receipt = StorageReceipt.fromJson(answer.body['receipt'])
    const signature = answer.body['signature'] as Hex
    assert.ok(await StorageReceipt.verify(receipt, exchange.domain, audience, signature))
    await store.end('SIGKILL')
    store = await startService(t, 'store', home)

    const get = async (signer: LocalAccount) =>
      fetch(await signed(signer, 'GET', `/v1/blobs/${contentAddress}`))
    const [oracle] = exchange.oracles as [TestOracle]
    assert.equal((await get(exchange.consumer)).status, 404)
    assert.equal((await get(oracle.signer)).status, 200)
    await settleRecord(exchange, deal, provider, manifestHash)
    const response = await get(exchange.consumer)
    assert.deepEqual(new Uint8Array(await response.arrayBuffer()), content)
    assert.equal((await fetch(`${store.url}/ready`)).status, 200)
    assert.equal(await store.end('SIGTERM'), 0)
    assert.ok(existsSync(join(home, 'store', 'store.sqlite')))
  })

  it('says which setting is wrong, and refuses development in production', async (t) => {
    const home = useFolder(t)
    const absent = await startService(t, 'store', home)
    assert.equal(await absent.ended, 1)
    assert.match(absent.errors(), /^Network\.Unreadable: .*network\.json/)
    const wrong = await startService(t, 'store', home, {
      AMBROSIA_STORE_SWEEP_SEC: '0',
      AMBROSIA_HOST: '0.0.0.0',
    })
    assert.equal(await wrong.ended, 2)
    assert.match(wrong.errors(), /AMBROSIA_HOST must be a loopback address in development, unless/)
    assert.match(wrong.errors(), /AMBROSIA_STORE_SWEEP_SEC must be a whole number from 1 to 3600/)
    writeFileSync(
      join(home, 'network.json'),
      JSON.stringify({ version: 1, chainId: 1, rpcUrl: 'http://127.0.0.1:1', confirmations: 1 }),
    )
    const production = await startService(t, 'store', home, { AMBROSIA_ENV: 'production' })
    assert.equal(await production.ended, 2)
    assert.match(production.errors(), /AMBROSIA_PASSWORD_FILE is not set, and production needs it/)
  })
})
