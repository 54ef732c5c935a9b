import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { PublicClient } from 'viem'
import { untilChainMoves } from './untilChainMoves.ts'

it('work that is done rests until there is another block, also one of the same height', async () => {
  const chain = { hash: '0x01' }
  const client = { getBlock: async () => chain } as unknown as PublicClient
  let runs = 0
  let isDone = false
  const run = untilChainMoves({ client }, async () => {
    runs++
    return isDone
  })
  await run()
  await run()
  assert.equal(runs, 2, 'what is not done goes on')
  isDone = true
  await run()
  await run()
  assert.equal(runs, 3, 'done: no look at the same block')
  chain.hash = '0x02'
  await run()
  await run()
  assert.equal(runs, 4, 'one look at the next block')
})

it('work that failed is not taken for done, and a block that came meanwhile is looked at', async () => {
  const chain = { hash: '0x01' }
  const client = { getBlock: async () => ({ ...chain }) } as unknown as PublicClient
  let fails = true
  let runs = 0
  const run = untilChainMoves({ client }, async () => {
    runs++
    chain.hash = `0x0${runs + 1}`
    if (fails) throw new Error('planted')
    return true
  })
  await assert.rejects(run(), /planted/)
  fails = false
  await run()
  await run()
  assert.equal(runs, 3)
})
