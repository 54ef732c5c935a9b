import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import type { Certified } from '@ambrosia/api/oracle/OracleClient'
import * as Certificate from '@ambrosia/exchange/Certificate'
import { certify } from '@ambrosia/exchange/certify/certify'
import { createSetting, permit } from '@ambrosia/exchange/testing/submissionSetting'
import { type Hex, toHex } from '@ambrosia/primitives/Bytes'
import { privateKeyToAccount } from 'viem/accounts'
import { submitOffer } from './submitOffer.ts'

type Setting = Awaited<ReturnType<typeof createSetting>>

const key = (byte: number): Hex => toHex(new Uint8Array(32).fill(byte))

let setting: Setting

before(async () => {
  setting = await createSetting(8_000)
})

describe('an oracle that answers something else than its certificate', () => {
  /** Three oracles; the last one changes its answer. */
  async function submit(cheat: (certified: Certified) => Certified, quorum = 2) {
    const { parts, offer, deal, context, domain, body } = setting
    const { receipt, ...rest } = parts
    const oracles = [1, 2, 3].map((number) => {
      const account = privateKeyToAccount(key(number))
      const submitTo = async (sent: Setting['body']): Promise<Certified> => {
        const self = { ...context.self, operator: account.address }
        const { certificate, quality } = await certify(sent, { ...context, self })
        const typedData = Certificate.toTypedData(certificate, domain)
        const signature = await account.signTypedData(typedData)
        const certified = { id: key(1), oracle: account.address, certificate, quality, signature }
        return number === 3 ? cheat(certified) : certified
      }
      const client = { submit: submitTo, read: async () => assert.fail() }
      return { operator: account.address, signer: account.address, client }
    })
    const { receiptSignature } = body
    const permission = await permit(setting, {
      oracles: oracles.map(({ operator }) => operator),
    })
    return await submitOffer({
      ...rest,
      permission,
      receipt,
      receiptSignature,
      offer,
      deal,
      oracles,
      quorum,
    })
  }

  it('an honest third one is counted', async () => {
    assert.equal((await submit((certified) => certified)).signatures.length, 3)
  })

  it('goes on without a signature by another key or over another certificate', async () => {
    const [one, two] = [key(8), key(9)]
    for (const cheat of [
      (certified: Certified) => ({ ...certified, signature: `${one}${two.slice(2)}1b` as Hex }),
      (certified: Certified) => ({
        ...certified,
        certificate: { ...certified.certificate, score: 1 },
      }),
    ]) {
      const { signatures, missing } = await submit(cheat)
      assert.equal(signatures.length, 2)
      assert.deepEqual(
        missing.map(({ code }) => code),
        ['Offer.WrongCertificate'],
      )
    }
    await assert.rejects(
      submit((certified) => ({ ...certified, signature: '0x' }), 3),
      { code: 'Offer.NoQuorum' },
    )
  })
})
