import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { PURPOSES } from '@ambrosia/credentials/DidAmbrosia'
import * as Keys from '@ambrosia/credentials/Keys'
import * as Envelope from '@ambrosia/sealing/Envelope'
import { endOfSuite } from '@ambrosia/testing/defer'
import { type Exchange, startExchange } from '@ambrosia/testing/startExchange'
import { newAccount, word } from '@ambrosia/testing/values'
import type { LocalAccount } from 'viem'
import {
  createConsumerDid,
  createDid,
  deactivateDid,
  FIRST_SALT,
  relayCreation,
} from './createDid.ts'

const suite = endOfSuite()
let test: Exchange
let relayer: LocalAccount
let nowMs: number
const now = () => nowMs

before(async () => {
  test = await startExchange(suite)
  relayer = test.relayer
  nowMs = Number(await test.now()) * 1000
})

const method = {
  fragment: 'key-1',
  purposes: PURPOSES.assertionMethod,
  multikey: Keys.toMulticodec({ type: 'Ed25519', bytes: new Uint8Array(32).fill(3) }),
}

const create = (
  controller: LocalAccount,
  change: { salt?: `0x${string}`; now?: () => number } = {},
) =>
  createDid({
    chain: test.chain,
    controller,
    relayer,
    salt: FIRST_SALT,
    methods: [method],
    services: [],
    now,
    ...change,
  })

describe('createDid', () => {
  it('puts a DID on chain by its controller’s signature, at the expense of the relayer', async () => {
    const controller = newAccount()
    const { did } = await create(controller)
    assert.match(did, /^did:ambrosia:31337:[0-9a-f]{40}$/)
    const { didDocument, didDocumentMetadata } = await test.chain.resolver.resolve(did)
    assert.equal(didDocument?.id, did)
    assert.equal(didDocument?.verificationMethod?.[0]?.id, `${did}#key-1`)
    assert.notEqual(didDocumentMetadata.deactivated, true)
    assert.equal(await test.chain.client.getBalance({ address: controller.address }), 0n)
  })

  it('gives one controller another DID for another salt, and none twice', async () => {
    const controller = newAccount()
    const { did } = await create(controller)
    assert.notEqual((await create(controller, { salt: word(1) })).did, did)
    await assert.rejects(create(controller), { code: 'Chain.DidExists' })
  })

  it('is refused with a signature that has expired, or of another account', async () => {
    await assert.rejects(create(newAccount(), { now: () => 0 }), {
      code: 'Chain.DidSignatureExpired',
    })
    const [controller, thief] = [newAccount(), newAccount()]
    const forged = { ...controller, signTypedData: thief.signTypedData } as LocalAccount
    await assert.rejects(create(forged), { code: 'Chain.DidSignatureInvalid' })
  })

  it('can be relayed by whoever got the signed creation, once', async () => {
    const controller = newAccount()
    const kept: Parameters<typeof relayCreation>[2][] = []
    const chain = {
      ...test.chain,
      send: async (_: unknown, { args }: { args: readonly unknown[] }) => {
        const [firstController, salt, document, deadline, signature] = args as never[]
        kept.push({
          firstController,
          salt,
          document,
          deadline: String(deadline),
          signature,
        } as never)
        return {} as never
      },
    } as unknown as Exchange['chain']
    await createDid({
      chain,
      controller,
      relayer,
      salt: FIRST_SALT,
      methods: [method],
      services: [],
      now,
    })
    const [creation] = kept
    assert.ok(creation)
    await relayCreation(test.chain, relayer, creation)
    await assert.rejects(relayCreation(test.chain, relayer, creation), { code: 'Chain.DidExists' })
  })
})

describe('createConsumerDid', () => {
  it('names the key that deliveries are wrapped to', async () => {
    const { publicKey } = await Envelope.createKeyPair()
    const controller = newAccount()
    const { did, keyId } = await createConsumerDid({
      chain: test.chain,
      controller,
      relayer,
      deliveryKey: publicKey,
      now,
    })
    assert.equal(keyId, `${did}#delivery-1`)
    const { didDocument } = await test.chain.resolver.resolve(did)
    assert.deepEqual(didDocument?.keyAgreement, [keyId])
  })
})

describe('deactivateDid', () => {
  it('ends a DID for ever, by its controller alone', async () => {
    const controller = newAccount()
    const { did } = await create(controller)
    const options = { chain: test.chain, controller, relayer, salt: FIRST_SALT, now }
    const thief = newAccount()
    const forged = { ...controller, signTypedData: thief.signTypedData } as LocalAccount
    await assert.rejects(deactivateDid({ ...options, controller: forged }), {
      code: 'Chain.DidSignatureInvalid',
    })
    await deactivateDid(options)
    const { didDocumentMetadata } = await test.chain.resolver.resolve(did)
    assert.equal(didDocumentMetadata.deactivated, true)
    await assert.rejects(deactivateDid(options), { code: 'Chain.DidDeactivated' })
    await assert.rejects(create(controller), { code: 'Chain.DidExists' })
  })

  it('is refused for a DID that nobody made', async () => {
    const options = { chain: test.chain, controller: newAccount(), relayer, salt: FIRST_SALT, now }
    await assert.rejects(deactivateDid(options), { code: 'Chain.DidUnknown' })
  })
})
