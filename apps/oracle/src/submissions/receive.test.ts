import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { toJson } from '@ambrosia/exchange/SubmissionBody'
import { createSetting } from '@ambrosia/exchange/testing/submissionSetting'
import { createReceiver, type ReceiveContext } from './receive.ts'

let setting: Awaited<ReturnType<typeof createSetting>>

before(async () => {
  setting = await createSetting(20_000)
})

describe('createReceiver', () => {
  it('a body without canonical form gets the one answer too', async () => {
    const receive = createReceiver(setting.context as unknown as ReceiveContext)
    let deep: unknown[] = []
    for (let depth = 0; depth < 5000; depth++) deep = [deep]
    for (const hostile of [deep, '\ud800', { ['__proto__x']: '\udfff' }]) {
      const presentation = { ...setting.body.presentation, hostile }
      const json = toJson({ ...setting.body, presentation })
      await assert.rejects(receive(json), { code: 'Submission.Refused' })
    }
  })
})
