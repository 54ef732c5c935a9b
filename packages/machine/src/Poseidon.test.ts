import assert from 'node:assert/strict'
import { it } from 'node:test'
import { buildPoseidonReference } from 'circomlibjs'
import { plainConstants } from './internal/poseidonConstants.ts'
import * as Poseidon from './Poseidon.ts'

const P = Poseidon.FIELD_ORDER

it('agrees with circomlibjs at every width, at the edges of the field and on scattered values', async () => {
  const reference = await buildPoseidonReference()
  let seed = 0x9e3779b97f4a7c15n
  const scattered = () => {
    seed = (seed * 0xd1342543de82ef95n + 1n) % 2n ** 256n
    return (seed * seed * seed * seed) % P
  }
  for (let count = 1; count <= 16; count++) {
    const cases = [
      new Array<bigint>(count).fill(0n),
      new Array<bigint>(count).fill(P - 1n),
      Array.from({ length: count }, (_, i) => BigInt(i + 1)),
      Array.from({ length: count }, (_, i) => 2n ** BigInt(15 * i + 1) - 1n),
      Array.from({ length: count }, scattered),
    ]
    for (const inputs of cases) {
      const expected = reference.F.toObject(reference(inputs))
      assert.equal(Poseidon.hash(inputs), expected, `${count} inputs`)
    }
  }
})

it('refuses what is not a list of 1 to 16 field elements', () => {
  assert.throws(() => Poseidon.hash([]), RangeError)
  assert.throws(() => Poseidon.hash(new Array<bigint>(17).fill(1n)), RangeError)
  assert.throws(() => Poseidon.hash([P]), RangeError)
  assert.throws(() => Poseidon.hash([-1n]), RangeError)
})

it('derives a mixing matrix without zeros for the width of the trees', () => {
  const { rounds, matrix } = plainConstants(9)
  assert.equal(rounds.length, 71 * 9)
  assert.ok(matrix.flat().every((value) => value > 0n && value < P))
})
