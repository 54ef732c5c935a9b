import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { random } from '@ambrosia/primitives/Bytes'
import * as Envelope from '@ambrosia/sealing/Envelope'
import { createMemoryKeystore } from '@ambrosia/testing/createMemoryKeystore'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import {
  createTagSecret,
  openTagSecret,
  readTagSecret,
  wrapTagSecret,
} from '../enclave/tagSecret.ts'
import { fetchTagSecret } from './fetchTagSecret.ts'
import { handOverText } from './handOverText.ts'

const CHAIN_ID = 31337
const dealBook = privateKeyToAccount(generatePrivateKey()).address

async function newcomer() {
  const account = privateKeyToAccount(generatePrivateKey())
  const pair = await Envelope.createKeyPair()
  return {
    account,
    pair,
    peer: {
      operator: account.address,
      endpoint: 'http://oracle.example',
      publicKey: pair.publicKey,
      keyId: 'k',
      epoch: 1,
    },
  }
}

type Answer = {
  status?: number
  /** Who signs the hand-over; default the operator who was asked. */
  signer?: { signMessage(signed: { message: string }): Promise<`0x${string}`> }
  /** What is signed in place of the truth. */
  changes?: Partial<Parameters<typeof handOverText>[0]>
}

/** Fetches from a peer that answers with an envelope for `wrappedFor`. */
async function fetchFrom(
  wrappedFor: Awaited<ReturnType<typeof newcomer>>,
  by: Awaited<ReturnType<typeof newcomer>>,
  { status = 200, signer = wrappedFor.account, changes = {} }: Answer = {},
) {
  const secret = random(32)
  const envelope = await wrapTagSecret({
    secret,
    peer: wrappedFor.peer,
    chainId: CHAIN_ID,
    dealBook,
  })
  const handOver = {
    chainId: CHAIN_ID,
    dealBook,
    from: wrappedFor.account.address,
    to: by.account.address,
    envelope,
    ...changes,
  }
  const signature = await signer.signMessage({ message: handOverText(handOver) })
  const store = createMemoryKeystore()
  const asked: { url: string; headers: Record<string, string> }[] = []
  const self = { operator: by.account.address, privateKey: by.pair.privateKey }
  await fetchTagSecret({
    peers: [wrappedFor.peer],
    enclave: {
      openTagSecret: (opened) =>
        openTagSecret({ envelope: opened, self, chainId: CHAIN_ID, dealBook, keystore: store }),
    },
    operator: by.account,
    chainId: CHAIN_ID,
    dealBook,
    fetch: (async (url: string, init: { headers: Record<string, string> }) => {
      asked.push({ url, headers: init.headers })
      const headers = { 'content-type': 'application/json' }
      return new Response(JSON.stringify({ envelope, signature }), { status, headers })
    }) as never,
    now: Date.now,
  })
  return { secret, store, asked }
}

describe('tag secret', () => {
  it('what one oracle wraps to another, that one keeps', async () => {
    const one = await newcomer()
    const { secret, store, asked } = await fetchFrom(one, one)
    assert.deepEqual(readTagSecret(store), secret)
    assert.equal(asked[0]?.url, 'http://oracle.example/v1/peers/tag-secret')
    assert.ok(asked[0]?.headers['signature'])
  })

  it('made once, kept for ever', () => {
    const store = createMemoryKeystore()
    assert.equal(readTagSecret(store), undefined)
    const first = createTagSecret(store)
    assert.equal(first.length, 32)
    assert.deepEqual(createTagSecret(store), first)
  })

  it('an envelope for another oracle does not open, and nothing is kept', async () => {
    const [one, other] = [await newcomer(), await newcomer()]
    await assert.rejects(fetchFrom(other, one), { code: 'TagSecret.NotHandedOver' })
    // With the right key but in another's name: the context names the operator.
    const thief = { ...one, pair: other.pair }
    await assert.rejects(fetchFrom(other, thief), { code: 'TagSecret.NotHandedOver' })
    await assert.rejects(fetchFrom(one, one, { status: 403 }), { code: 'TagSecret.NotHandedOver' })
  })

  it('from whoever answers at the address of an oracle, but is not its operator, nothing is kept', async () => {
    const [one, stranger] = [await newcomer(), await newcomer()]
    const refused = { code: 'TagSecret.NotHandedOver' }
    await assert.rejects(fetchFrom(one, one, { signer: stranger.account }), refused)
    // The operator's own word, but for another network, oracle or envelope.
    for (const changes of [
      { chainId: 1 },
      { dealBook: stranger.account.address },
      { to: stranger.account.address },
      { from: stranger.account.address },
      { envelope: (await wrapFor(stranger)) as never },
    ])
      await assert.rejects(fetchFrom(one, one, { changes }), refused)
  })

  const wrapFor = async ({ peer }: Awaited<ReturnType<typeof newcomer>>) =>
    await wrapTagSecret({ secret: random(32), peer, chainId: CHAIN_ID, dealBook })
})
