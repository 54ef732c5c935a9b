import assert from 'node:assert/strict'
import { it } from 'node:test'
import { ownTurn } from './ownTurn.ts'

it('gives each caller a turn of the event loop, in their order', async () => {
  let turn = 0
  let isOver = false
  const count = (): void => {
    turn++
    if (!isOver) setImmediate(count)
  }
  setImmediate(count)
  const turns: number[] = []
  await Promise.all([1, 2, 3, 4].map(() => ownTurn().then(() => turns.push(turn))))
  isOver = true
  assert.equal(new Set(turns).size, 4)
  assert.deepEqual(
    turns,
    turns.toSorted((one, other) => one - other),
  )
})
