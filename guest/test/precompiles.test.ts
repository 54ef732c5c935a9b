import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'
import { buildProgram } from '../toolchain/build.ts'
import { repositoryRoot } from '../toolchain/cache.ts'
import { runGo } from '../toolchain/go.ts'
import { findProgram } from '../toolchain/programs.ts'
import { onMachine } from './onMachine.ts'
import { canBuild, diagnose, isFull } from './withGo.ts'

type Vector = { Name: string; Input: string; Expected?: string; Gas?: number }

/**
 * go-ethereum's own vectors, by the address of the contract. Those of the changed libraries
 * (secp256k1, alt_bn128, KZG; guest/toolchain/moduleChanges.ts) run whole, the others up to a sum
 * of gas, because a unit of gas is up to 780 steps.
 */
const files: readonly [name: string, address: number, gasLimit: number][] = [
  ['ecRecover', 0x01, Infinity],
  ['modexp', 0x05, 300_000],
  ['modexp_eip7883', 0x05, 300_000],
  ['bn256Add', 0x06, Infinity],
  ['bn256ScalarMul', 0x07, Infinity],
  ['bn256Pairing', 0x08, Infinity],
  ['blake2F', 0x09, 1000],
  ['pointEvaluation', 0x0a, Infinity],
  ['blsG1Add', 0x0b, Infinity],
  ['blsG1Mul', 0x0c, Infinity],
  ['blsG1MultiExp', 0x0c, 300_000],
  ['blsG2Add', 0x0d, Infinity],
  ['blsG2Mul', 0x0e, 100_000],
  ['blsG2MultiExp', 0x0e, 200_000],
  ['blsPairing', 0x0f, 1_000_000],
  ['blsMapG1', 0x10, 200_000],
  ['blsMapG2', 0x11, 300_000],
  ['p256Verify', 0x100, 400_000],
  ['fail-blake2f', 0x09, Infinity],
  ['fail-blsG1Add', 0x0b, Infinity],
  ['fail-blsG1Mul', 0x0c, Infinity],
  ['fail-blsG1MultiExp', 0x0c, Infinity],
  ['fail-blsG2Add', 0x0d, Infinity],
  ['fail-blsG2Mul', 0x0e, Infinity],
  ['fail-blsG2MultiExp', 0x0e, Infinity],
  ['fail-blsPairing', 0x0f, Infinity],
  ['fail-blsMapG1', 0x10, Infinity],
  ['fail-blsMapG2', 0x11, Infinity],
]

it("precompiled contracts on the machine agree with go-ethereum's vectors", (t) => {
  if (!canBuild(t)) return
  if (!isFull) {
    t.skip('AMBROSIA_GUEST=full runs the vectors of the precompiled contracts (1.4 G steps)')
    return
  }
  const directory = join(repositoryRoot, 'guest/block')
  const list = ['list', '-m', '-f', '{{.Dir}}', 'github.com/ethereum/go-ethereum']
  const folder = join(
    runGo(list, { directory, environment: {} }).trim(),
    'core/vm/testdata/precompiles',
  )
  if (!existsSync(folder)) {
    t.skip("the module cache holds no test data of go-ethereum's")
    return
  }
  const program = findProgram('vectors')
  assert.ok(program)
  const run = onMachine(buildProgram(program, diagnose(t)).elf)
  for (const [name, address, gasLimit] of files) {
    const vectors = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as Vector[]
    const chosen = upToGas(vectors, gasLimit)
    const result = run(Buffer.concat(chosen.map((v) => encode(address, v))))
    const index = Number(/^call (\d+)/.exec(result.output)?.[1] ?? -1)
    const what = `${name}: ${chosen[index]?.Name ?? ''}: ${result.output}`
    assert.deepEqual([result.status, result.exitCode], ['halted', 0], what)
    assert.equal(result.output, `${chosen.length}\n`, name)
    t.diagnostic(`${name}: ${chosen.length} of ${vectors.length} vectors, ${result.steps} steps`)
  }
})

/** The vectors in order, without those that would bring the sum of gas above the limit. */
function upToGas(vectors: readonly Vector[], gasLimit: number): Vector[] {
  let sum = 0
  return vectors.filter(({ Gas: gas = 0 }) => {
    if (sum + gas > gasLimit) return false
    sum += gas
    return true
  })
}

function encode(address: number, vector: Vector): Buffer {
  const head = Buffer.alloc(3)
  head.writeUInt16LE(address, 0)
  head.writeUInt8(vector.Expected === undefined ? 1 : 0, 2)
  const parts = [vector.Input, vector.Expected ?? ''].flatMap((hex) => {
    const bytes = Buffer.from(hex, 'hex')
    const length = Buffer.alloc(4)
    length.writeUInt32LE(bytes.length)
    return [length, bytes]
  })
  return Buffer.concat([head, ...parts])
}
