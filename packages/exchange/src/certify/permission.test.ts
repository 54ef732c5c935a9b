import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { random, toHex } from '@ambrosia/primitives/Bytes'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { PERMISSION_LIFE_SEC } from '../Limits.ts'
import { dealBookDomain } from '../messages/Message.ts'
import { bindingSentences } from '../permission/permissionSentences.ts'
import type { SignedPermission } from '../permission/SignedPermission.ts'
import * as SubmissionBody from '../SubmissionBody.ts'
import { createSetting, permit } from '../testing/submissionSetting.ts'
import { certify } from './certify.ts'

let setting: Awaited<ReturnType<typeof createSetting>>

before(async () => {
  setting = await createSetting(8_000)
})

const stranger = privateKeyToAccount(generatePrivateKey())
const LIFE = BigInt(PERMISSION_LIFE_SEC)
const other = () => toHex(random(32))

/**
 * Refused like everything that is wrong before the record is looked at, and not a byte of it
 * fetched.
 */
async function refused(permission: SignedPermission): Promise<void> {
  const context = {
    ...setting.context,
    fetchSealed: () => assert.fail('the record was fetched'),
  }
  await assert.rejects(certify({ ...setting.body, permission }, context), {
    code: 'Submission.Refused',
  })
}

describe('permission to check', () => {
  it('is asked for: a submission without one is none', () => {
    const { permission: _, ...rest } = SubmissionBody.toJson(setting.body)
    assert.throws(() => SubmissionBody.fromJson(rest), { code: 'Shape.Mismatch' })
  })

  it('opens nothing where it is for another deal, record, oracle or account', async () => {
    await refused(await permit(setting, { dealId: other() }))
    await refused(await permit(setting, { manifestHash: other() }))
    await refused(await permit(setting, { oracles: [stranger.address] }))
    await refused(await permit(setting, { signer: stranger }))
    const elsewhere = { ...setting, domain: dealBookDomain(1, setting.deal.dealBook) }
    await refused(await permit(elsewhere))
  })

  it('opens nothing before it begins, after it ends, or where it would hold for ever', async () => {
    const { asOfSec } = setting.parts
    await refused(await permit(setting, { asOf: asOfSec - LIFE - 1n, validUntil: asOfSec - 1n }))
    await refused(await permit(setting, { asOf: asOfSec + 1n, validUntil: asOfSec + LIFE }))
    await refused(await permit(setting, { asOf: asOfSec, validUntil: asOfSec + LIFE + 1n }))
    const last = await permit(setting, { asOf: asOfSec - LIFE, validUntil: asOfSec })
    await certify({ ...setting.body, permission: last }, setting.context)
  })

  it('opens nothing under other words than were signed, or words that hide who reads', async () => {
    const { permission } = setting.body
    const bound = bindingSentences(permission.permission)
    const words = { ...permission.words, sentences: [...bound, 'I get rich.'] }
    await refused({ ...permission, words })
    await refused({ ...permission, signature: `0x${'1b'.repeat(65)}` })
    for (const left of bound) {
      await refused(await permit(setting, { sentences: bound.filter((one) => one !== left) }))
    }
    const more = await permit(setting, { sentences: ['What leaves: everything.', ...bound] })
    await certify({ ...setting.body, permission: more }, setting.context)
  })

  it('certifies nothing else than what was let be checked', async () => {
    const permission = await permit(setting, { payloadRoot: other() })
    await assert.rejects(certify({ ...setting.body, permission }, setting.context), {
      code: 'Record.NotPermitted',
    })
  })
})
