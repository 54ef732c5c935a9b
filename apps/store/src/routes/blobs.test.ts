import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import * as PermissionToCheck from '@ambrosia/exchange/PermissionToCheck'
import * as StorageReceipt from '@ambrosia/exchange/StorageReceipt'
import type { Hex } from '@ambrosia/primitives/Bytes'
import * as ContentAddress from '@ambrosia/sealing/ContentAddress'
import { word } from '@ambrosia/testing/values'
import { FileBlobStore } from '../blobs/FileBlobStore.ts'
import { deleteStrays, sweep } from '../jobs/sweep.ts'
import * as Testing from '../testing/startStore.ts'

const content = Testing.contentOf(2_500_000)

function filesOf(test: Testing.TestStore): string[] {
  return readdirSync(test.blobsFolder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name)
}

describe('the permission of a ticket', () => {
  const small = Testing.contentOf(10)

  it('is asked for: a body without one is malformed', async (t) => {
    const test = await Testing.startStore(t)
    const { answer } = await Testing.askTicket(test, small, {
      changes: { permission: undefined, permissionSignature: undefined },
    })
    assert.equal(answer.status, 400)
  })

  it('is of this deal, record, provider, oracles and time, and signed, else nothing is taken', async (t) => {
    const test = await Testing.startStore(t)
    const { people, clock, store } = test
    const now = BigInt(clock.nowSec)
    const wrong: [string, Partial<PermissionToCheck.PermissionToCheck>][] = [
      ['permission for another record or deal', { dealId: word(7) }],
      ['permission for another record or deal', { manifestHash: word(7) }],
      ['permission for another record or deal', { provider: people.stranger.address }],
      [
        'permission for oracles that the deal does not name',
        { oracles: [people.stranger.address] },
      ],
      [
        'permission for oracles that the deal does not name',
        { oracles: [people.operator.address, people.stranger.address] },
      ],
      ['permission at another time', { validUntil: now - 301n, asOf: now - 3901n }],
      ['permission at another time', { asOf: now + 301n, validUntil: now + 3600n }],
      ['permission at another time', { asOf: now - 1n, validUntil: now + 3600n }],
    ]
    for (const [fault, change] of wrong) {
      const { permission, signature } = await Testing.permit(test, people.provider, change)
      const { answer } = await Testing.askTicket(test, small, {
        changes: {
          permission: PermissionToCheck.toJson(permission),
          permissionSignature: signature,
        },
      })
      assert.deepEqual([answer.status, answer.code], [403, 'Ticket.NotPermitted'], fault)
      assert.match(String(answer.body['detail']), new RegExp(fault))
    }
    const { permission } = await Testing.permit(test, people.provider, {})
    const others = await Testing.permit(test, people.stranger, {
      provider: people.provider.address,
    })
    const elsewhere = await people.provider.signTypedData(
      PermissionToCheck.toTypedData(permission, { ...store.domain, chainId: 1 }),
    )
    for (const permissionSignature of [others.signature, elsewhere]) {
      const changes = { permission: PermissionToCheck.toJson(permission), permissionSignature }
      const { answer } = await Testing.askTicket(test, small, { changes })
      assert.equal(answer.code, 'Ticket.NotPermitted')
    }
    assert.equal((await Testing.askTicket(test, small)).answer.status, 201)
  })
})

describe('POST /v1/tickets', () => {
  it('gives a ticket for an open deal that names this store', async (t) => {
    const test = await Testing.startStore(t)
    const { answer } = await Testing.askTicket(test, content)
    assert.equal(answer.status, 201)
    assert.match(answer.body['ticket'] as string, /^[A-Za-z0-9_-]{43}$/)
    assert.equal(answer.body['expiresAt'], new Date((Testing.startSec + 900) * 1000).toISOString())
  })

  it('refuses foreign, unknown and closed deals, and what is too large', async (t) => {
    const test = await Testing.startStore(t, { blobSizeBytes: content.length })
    const deal = test.chain.deals.get(test.dealId) as NonNullable<
      ReturnType<typeof test.chain.deals.get>
    >
    const unknown = await Testing.askTicket(test, content, { changes: { dealId: word(7) } })
    assert.equal(unknown.answer.code, 'Ticket.DealUnknown')
    const stores = [test.people.stranger.address]
    test.chain.deals.set(word(7), { ...deal, terms: { ...deal.terms, stores } })
    const foreign = await Testing.askTicket(test, content, { changes: { dealId: word(7) } })
    assert.deepEqual([foreign.answer.status, foreign.answer.code], [403, 'Ticket.StoreNotNamed'])
    const large = await Testing.askTicket(test, content, {
      changes: { sizeBytes: content.length + 1 },
    })
    assert.deepEqual([large.answer.status, large.answer.code], [413, 'Ticket.TooLarge'])
    test.chain.deals.set(test.dealId, { ...deal, isOpen: false })
    const closed = await Testing.askTicket(test, content)
    assert.deepEqual([closed.answer.status, closed.answer.code], [409, 'Ticket.DealNotOpen'])
  })

  it('refuses past the quota of an account, also at once', async (t) => {
    const test = await Testing.startStore(t, { pendingCount: 2 })
    const ask = (seed: number) => Testing.askTicket(test, Testing.contentOf(100, seed))
    const answers = await Promise.all([1, 2, 3, 4].map(ask))
    const codes = answers.map(({ answer }) => answer.code ?? answer.status).sort()
    assert.deepEqual(codes, [201, 201, 'Ticket.QuotaExceeded', 'Ticket.QuotaExceeded'])
    test.clock.nowSec += 901
    assert.equal((await ask(7)).answer.status, 201)
  })

  it('tickets without a byte take no room; what lies on disk and what is being uploaded does', async (t) => {
    const test = await Testing.startStore(t, { capacitySizeBytes: 300, pendingCount: 100 })
    const tickets: Awaited<ReturnType<typeof Testing.askTicket>>[] = []
    for (let seed = 0; seed < 71; seed++) {
      const options = { manifestHash: word(seed) }
      tickets.push(await Testing.askTicket(test, Testing.contentOf(100, seed), options))
    }
    assert.ok(tickets.every(({ answer }) => answer.status === 201))
    for (const seed of [0, 1, 2, 3]) {
      const { cid, ticket } = tickets[seed] as (typeof tickets)[number]
      const answer = await Testing.upload(test, cid, ticket, Testing.contentOf(100, seed))
      const expected = seed < 3 ? [201, undefined] : [507, 'Ticket.StoreFull']
      assert.deepEqual([answer.status, answer.code], expected)
    }
    const full = await Testing.askTicket(test, Testing.contentOf(1, 6), {
      account: test.people.stranger,
    })
    assert.deepEqual([full.answer.status, full.answer.code], [507, 'Ticket.StoreFull'])
    assert.equal(filesOf(test).length, 3)
  })

  it('one deal takes no more than its share of what nobody has settled yet', async (t) => {
    const limits = { capacitySizeBytes: 1000, dealSizeBytes: 200, pendingCount: 100 }
    const test = await Testing.startStore(t, limits)
    const other = word(0xd2)
    const deal = test.chain.deals.get(test.dealId)
    assert.ok(deal)
    test.chain.deals.set(other, deal)
    const send = async (seed: number, options: object = {}) => {
      const content = Testing.contentOf(100, seed)
      const manifestHash = word(seed)
      const { cid, ticket, answer } = await Testing.askTicket(test, content, {
        manifestHash,
        ...options,
      })
      if (answer.status !== 201) return answer.code
      return (await Testing.upload(test, cid, ticket, content)).status
    }
    assert.deepEqual([await send(1), await send(2), await send(3)], [201, 201, 'Ticket.DealFull'])
    const elsewhere = { changes: { dealId: other } }
    assert.equal(await send(4, elsewhere), 201)
    test.clock.nowSec += 10 * 86_400
    assert.equal(await send(5), 201)
  })

  it('refuses malformed requests', async (t) => {
    const test = await Testing.startStore(t)
    const bad: object[] = [
      { dealId: '0x12' },
      { manifestHash: undefined },
      { sizeBytes: 0 },
      { sizeBytes: -1 },
      { sizeBytes: 1.5 },
      { sizeBytes: '100' },
      { contentAddress: '../../etc/passwd' },
      { more: 1 },
    ]
    for (const changes of bad) {
      const { answer } = await Testing.askTicket(test, content, { changes })
      assert.deepEqual(
        [answer.status, answer.code],
        [400, 'Request.Invalid'],
        JSON.stringify(changes),
      )
    }
    const codec = { contentAddress: `b${'a'.repeat(58)}` }
    const { answer } = await Testing.askTicket(test, content, { changes: codec })
    assert.deepEqual([answer.status, answer.code], [400, 'ContentAddress.Invalid'])
  })

  it('refuses what is unsigned, replayed, expired or for another audience', async (t) => {
    const test = await Testing.startStore(t)
    const { people } = test
    const unsigned = await fetch(`${test.url}/v1/tickets`, { method: 'POST' })
    assert.equal((await Testing.answerOf(unsigned)).code, 'HttpSignature.Missing')
    const body = { dealId: test.dealId }
    const post = (changes: object) =>
      Testing.send(test, people.provider, 'POST', '/v1/tickets', body, changes).then(
        Testing.answerOf,
      )
    const audience = `eip155:31337:${people.stranger.address.toLowerCase()}`
    assert.equal((await post({ audience })).code, 'HttpSignature.WrongAudience')
    assert.equal((await post({ nowSec: test.clock.nowSec - 100 })).code, 'HttpSignature.Expired')
    const keyId = `eip155:31337:${people.stranger.address.toLowerCase()}`
    assert.equal((await post({ keyId })).code, 'HttpSignature.Refused')
    const randomBytes = (size: number) => new Uint8Array(size)
    assert.equal((await post({ randomBytes })).code, 'Request.Invalid')
    assert.equal((await post({ randomBytes })).code, 'SignedRequest.Replayed')
  })
})

describe('PUT /v1/blobs/:cid', () => {
  it('keeps the blob and signs for it', async (t) => {
    const test = await Testing.startStore(t)
    const { cid, answer } = await Testing.hold(test, content)
    assert.equal(answer.status, 201)
    const receipt = StorageReceipt.fromJson(answer.body['receipt'])
    const { store, dealId } = test
    assert.equal(receipt.store, store.account.address)
    assert.equal(receipt.dealId, dealId)
    assert.equal(receipt.sizeBytes, BigInt(content.length))
    // Submission window, clock difference, certificate, two delivery windows.
    assert.equal(receipt.storedUntil, BigInt(Testing.startSec + 3600 + 300 + 600 + 2 * 7200))
    const signature = answer.body['signature'] as Hex
    assert.ok(await StorageReceipt.verify(receipt, store.domain, store.account.address, signature))
    assert.deepEqual(filesOf(test), [cid])
  })

  it('answers the same receipt to the same upload with a new ticket', async (t) => {
    const test = await Testing.startStore(t)
    const first = await Testing.hold(test, content)
    test.clock.nowSec += 60
    const second = await Testing.hold(test, content)
    assert.deepEqual(second.answer, first.answer)
  })

  it('keeps nothing of other, cut or longer content', async (t) => {
    const test = await Testing.startStore(t)
    const { cid, ticket } = await Testing.askTicket(test, content)
    const changed = content.slice()
    changed[1_500_000] = 7
    const wrong = await Testing.upload(test, cid, ticket, changed)
    assert.deepEqual([wrong.status, wrong.code], [422, 'ContentAddress.Mismatch'])
    const cut = await Testing.upload(test, cid, ticket, content.subarray(1))
    assert.deepEqual([cut.status, cut.code], [422, 'Upload.SizeMismatch'])
    const streamOf = (bytes: Uint8Array) => new Blob([bytes as Uint8Array<ArrayBuffer>]).stream()
    const short = await Testing.upload(test, cid, ticket, streamOf(content.subarray(1)))
    assert.equal(short.code, 'ContentAddress.Mismatch')
    const small = Testing.contentOf(100)
    const next = await Testing.askTicket(test, small)
    const long = await Testing.upload(test, next.cid, next.ticket, streamOf(Testing.contentOf(101)))
    assert.deepEqual([long.status, long.code], [413, 'BlobStore.TooLarge'])
    const size = await Testing.askTicket(test, small, { changes: { sizeBytes: 101 } })
    const lied = await Testing.upload(test, size.cid, size.ticket, streamOf(small))
    assert.equal(lied.code, 'Upload.SizeMismatch')
    assert.deepEqual(filesOf(test), [])
    assert.equal((await Testing.upload(test, cid, ticket, content)).status, 201)
  })

  it('refuses no ticket, a foreign, used or expired one', async (t) => {
    const test = await Testing.startStore(t)
    const { cid, ticket } = await Testing.askTicket(test, content)
    const other = await ContentAddress.fromBytes(Testing.contentOf(10))
    const refused = async (answer: Promise<Testing.Answer>) => {
      const { status, code } = await answer
      assert.deepEqual([status, code], [401, 'Upload.TicketRefused'])
    }
    await refused(Testing.upload(test, cid, 'x', content))
    await refused(Testing.upload(test, cid, 'A'.repeat(43), content))
    await refused(Testing.upload(test, other.cid, ticket, Testing.contentOf(10)))
    test.clock.nowSec += 900
    await refused(Testing.upload(test, cid, ticket, content))
    const again = await Testing.askTicket(test, content)
    assert.equal((await Testing.upload(test, cid, again.ticket, content)).status, 201)
    await refused(Testing.upload(test, cid, again.ticket, content))
  })

  it('refuses addresses that are paths', async (t) => {
    const test = await Testing.startStore(t)
    for (const cid of ['..%2f..%2fstore.sqlite', '%2e%2e', 'incoming', 'a%00b', 'x'.repeat(129)]) {
      const { status, code } = await Testing.upload(test, cid, 'A'.repeat(43), content)
      assert.ok(status === 400 || status === 404, cid)
      assert.notEqual(code, 'Internal', cid)
    }
  })

  it('keeps one blob of many uploads at once', async (t) => {
    const test = await Testing.startStore(t)
    const { cid, ticket } = await Testing.askTicket(test, content)
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => Testing.upload(test, cid, ticket, content)),
    )
    const accepted = answers.filter((answer) => answer.status === 201)
    assert.ok(accepted.length >= 1)
    for (const answer of answers) {
      const refusals = ['Upload.TicketRefused', 'Upload.TicketInUse']
      if (answer.status !== 201) assert.ok(refusals.includes(answer.code ?? ''), answer.code)
      else assert.deepEqual(answer.body, accepted[0]?.body)
    }
    assert.deepEqual(filesOf(test), [cid])
  })

  it('keeps the blob of one upload while another of the same content fails', async (t) => {
    const test = await Testing.startStore(t)
    const good = await Testing.askTicket(test, content)
    const sizeBytes = content.length + 1
    const lying = await Testing.askTicket(test, content, {
      manifestHash: word(8),
      changes: { sizeBytes },
    })
    let finish = () => {}
    const slow = new ReadableStream({
      start(controller) {
        controller.enqueue(content.subarray(0, 2_000_000))
        finish = () => {
          controller.enqueue(content.subarray(2_000_000))
          controller.close()
        }
      },
    })
    const first = Testing.upload(test, good.cid, good.ticket, slow)
    const whole = new Blob([content as Uint8Array<ArrayBuffer>]).stream()
    const second = await Testing.upload(test, lying.cid, lying.ticket, whole)
    assert.equal(second.code, 'Upload.SizeMismatch')
    test.chain.finalTimeSec += 1_000_000
    await sweep(test.store)
    finish()
    assert.equal((await first).status, 201)
    assert.deepEqual(filesOf(test), [good.cid])
  })

  it('takes one upload with a ticket at a time, and ends one that stalls', async (t) => {
    const test = await Testing.startStore(t, { uploadIdleMs: 300 })
    const { cid, ticket } = await Testing.askTicket(test, content)
    let began = () => {}
    const isUnderWay = new Promise<void>((done) => {
      began = done
    })
    const quiet = new ReadableStream({
      start: (controller) => controller.enqueue(content.subarray(0, 1000)),
      pull: () => began(),
    })
    const stalled = Testing.upload(test, cid, ticket, quiet)
    await isUnderWay
    while (test.store.uploads.sizeBytes() !== content.length) await new Promise(setImmediate)
    const second = await Testing.upload(test, cid, ticket, content)
    assert.deepEqual([second.status, second.code], [409, 'Upload.TicketInUse'])
    const first = await stalled
    assert.deepEqual([first.status, first.code], [408, 'Upload.Stalled'])
    assert.deepEqual(filesOf(test), [])
    assert.equal(test.store.uploads.sizeBytes(), 0)
    assert.equal((await Testing.upload(test, cid, ticket, content)).status, 201)
  })

  it('keeps many different blobs uploaded at once', async (t) => {
    const test = await Testing.startStore(t, { pendingCount: 100 })
    const blobs = Array.from({ length: 20 }, (_, i) => Testing.contentOf(300_000, i))
    const held = await Promise.all(
      blobs.map((blob, i) => Testing.hold(test, blob, { manifestHash: word(100 + i) })),
    )
    assert.ok(held.every(({ answer }) => answer.status === 201))
    assert.deepEqual(filesOf(test).sort(), held.map(({ cid }) => cid).sort())
  })

  it('keeps nothing of an upload that breaks off', async (t) => {
    const test = await Testing.startStore(t)
    const { cid, ticket } = await Testing.askTicket(test, content)
    const { port } = new URL(test.url)
    const ended = new Promise<void>((resolve) => {
      test.onLine((line) => {
        if (line.includes('ECONNRESET')) resolve()
      })
    })
    const socket = connect(Number(port), '127.0.0.1')
    socket.write(
      `PUT /v1/blobs/${cid} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nauthorization: Bearer ${ticket}\r\n` +
        `content-type: application/octet-stream\r\ncontent-length: ${content.length}\r\n\r\n`,
    )
    socket.write(content.subarray(0, 1_000_000), () => socket.destroy())
    await ended
    assert.deepEqual(filesOf(test), [])
    assert.equal((await Testing.upload(test, cid, ticket, content)).status, 201)
  })

  it('removes at its start what a crash left', async (t) => {
    const test = await Testing.startStore(t)
    const { cid } = await Testing.hold(test, content)
    const stray = await test.store.blobs.put(Testing.contentOf(50))
    mkdirSync(join(test.blobsFolder, 'incoming'), { recursive: true })
    writeFileSync(join(test.blobsFolder, 'incoming', 'half'), 'half of a blob')
    const blobs = new FileBlobStore(test.blobsFolder)
    assert.equal(await deleteStrays({ ...test.store, blobs }), 1)
    assert.deepEqual(filesOf(test), [cid])
    assert.ok(!(await blobs.has(stray.cid)))
  })
})

describe('GET /v1/blobs/:cid', () => {
  const read = async (
    test: Testing.TestStore,
    cid: string,
    by: keyof Testing.TestStore['people'],
  ) => Testing.send(test, test.people[by], 'GET', `/v1/blobs/${cid}`)
  const statuses = async (test: Testing.TestStore, cid: string) => {
    const found: Record<string, number> = {}
    for (const by of ['operator', 'signer', 'consumer', 'provider', 'stranger', 'store'] as const) {
      const response = await read(test, cid, by)
      await response.arrayBuffer()
      found[by] = response.status
    }
    return found
  }
  const nobody = {
    operator: 404,
    signer: 404,
    consumer: 404,
    provider: 404,
    stranger: 404,
    store: 404,
  }
  const oracles = { ...nobody, operator: 200, signer: 200 }

  it('gives the blob to oracles, and after the settlement to the consumer', async (t) => {
    const test = await Testing.startStore(t)
    const { cid } = await Testing.hold(test, content)
    assert.deepEqual(await statuses(test, cid), oracles)
    const response = await read(test, cid, 'signer')
    assert.equal(response.headers.get('content-length'), String(content.length))
    assert.deepEqual(new Uint8Array(await response.arrayBuffer()), content)
    const record = settle(test)
    assert.deepEqual(await statuses(test, cid), { ...oracles, consumer: 200 })
    test.clock.nowSec = record.consentUntilSec + 1
    assert.deepEqual(await statuses(test, cid), oracles)
  })
  const settle = Testing.settle

  it('gives the blob to nobody after revocation', async (t) => {
    const test = await Testing.startStore(t)
    const { cid } = await Testing.hold(test, content)
    settle(test).isRevoked = true
    assert.deepEqual(await statuses(test, cid), nobody)
  })

  it('gives nothing of a foreign deal, and tells nobody that it is there', async (t) => {
    const test = await Testing.startStore(t)
    const { cid } = await Testing.hold(test, content)
    const absent = await ContentAddress.fromBytes(Testing.contentOf(9))
    const [a, b] = await Promise.all([
      read(test, cid, 'stranger').then(Testing.answerOf),
      read(test, absent.cid, 'stranger').then(Testing.answerOf),
    ])
    assert.deepEqual({ ...a.body, instance: '' }, { ...b.body, instance: '' })
    assert.equal(a.code, 'Blob.Refused')
  })
})

describe('sweep', () => {
  it('deletes the unsettled once final blocks are past their deadline', async (t) => {
    const test = await Testing.startStore(t)
    const { cid } = await Testing.hold(test, content)
    test.clock.nowSec += 50_000
    test.chain.finalTimeSec = Testing.startSec + 3600 + 300 + 600
    assert.deepEqual(await sweep(test.store), { unsettled: 0, revoked: 0, expired: 0 })
    test.chain.finalTimeSec += 1
    assert.deepEqual(await sweep(test.store), { unsettled: 1, revoked: 0, expired: 0 })
    assert.deepEqual(filesOf(test), [])
    assert.ok(!existsSync(join(test.blobsFolder, cid.slice(-2), cid)))
  })

  it('keeps the settled until their time, and drops the revoked at once', async (t) => {
    const test = await Testing.startStore(t)
    const other = { manifestHash: word(8) }
    await Testing.hold(test, content)
    await Testing.hold(test, Testing.contentOf(100), other)
    test.chain.records.set(word(1), {
      ...Testing.settle(test, word(8)),
      recordId: word(1),
      isRevoked: true,
    })
    Testing.settle(test)
    test.chain.finalTimeSec += 10_000
    assert.deepEqual(await sweep(test.store), { unsettled: 0, revoked: 1, expired: 0 })
    test.clock.nowSec += 3600 + 300 + 600 + 2 * 7200 + 1
    assert.deepEqual(await sweep(test.store), { unsettled: 0, revoked: 0, expired: 1 })
    assert.deepEqual(filesOf(test), [])
  })

  it('keeps a blob that another record refers to', async (t) => {
    const test = await Testing.startStore(t)
    const { cid } = await Testing.hold(test, content)
    await Testing.hold(test, content, { manifestHash: word(8) })
    Testing.settle(test, word(8))
    test.chain.finalTimeSec += 10_000
    assert.deepEqual(await sweep(test.store), { unsettled: 1, revoked: 0, expired: 0 })
    assert.deepEqual(filesOf(test), [cid])
  })
})

describe('logs of the store', () => {
  it('hold no ticket, signature or content', async (t) => {
    const test = await Testing.startStore(t)
    const marked = new TextEncoder().encode('marked-secret-content'.repeat(100))
    const { cid, ticket } = await Testing.askTicket(test, marked)
    await Testing.upload(test, cid, ticket, new TextEncoder().encode('marked-secret-other'))
    const { body } = await Testing.upload(test, cid, ticket, marked)
    const logs = test.lines.join('')
    assert.ok(logs.includes('/v1/tickets'))
    for (const secret of [ticket, String(body['signature']), 'marked-secret']) {
      assert.ok(!logs.includes(secret))
    }
    const database = readFileSync(join(test.blobsFolder, '..', 'store.sqlite'))
    assert.ok(!database.includes(ticket))
  })
})
