import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import type { Deal } from '@ambrosia/exchange/Deal'
import * as Envelope from '@ambrosia/sealing/Envelope'
import { endOfSuite } from '@ambrosia/testing/defer'
import { type Exchange, startExchange } from '@ambrosia/testing/startExchange'
import { newAccount } from '@ambrosia/testing/values'
import { createConsumerDid } from '../identity/createDid.ts'
import { assertCollectable } from './assertCollectable.ts'

const suite = endOfSuite()
let exchange: Exchange

before(async () => {
  exchange = await startExchange(suite)
})

describe('assertCollectable', () => {
  it('takes the account and the key of the consumer, and says at once what is wrong', async () => {
    const { chain, relayer } = exchange
    const [controller, { publicKey }, other] = [
      newAccount(),
      await Envelope.createKeyPair(),
      await Envelope.createKeyPair(),
    ]
    const nowMs = Number(await exchange.now()) * 1000
    const { did } = await createConsumerDid({
      chain,
      controller,
      relayer,
      deliveryKey: publicKey,
      now: () => nowMs,
    })
    const deal = { terms: { consumer: controller.address }, criteria: { consumer: did } } as Deal
    const given = { chain, deal, account: controller, publicKey }
    await assertCollectable(given)
    await assert.rejects(assertCollectable({ ...given, account: newAccount() }), {
      code: 'Collect.WrongAccount',
    })
    await assert.rejects(assertCollectable({ ...given, publicKey: other.publicKey }), {
      code: 'Collect.WrongKey',
    })
    const nobody = `did:ambrosia:31337:${'0'.repeat(40)}`
    const unknown = { ...deal, criteria: { ...deal.criteria, consumer: nobody } }
    await assert.rejects(assertCollectable({ ...given, deal: unknown }), { code: 'Collect.NoDid' })
  })
})
