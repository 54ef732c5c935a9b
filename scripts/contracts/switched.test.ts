import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { Sources } from '@ambrosia/chain/compile/readSources'
import { contractsFolder } from '@ambrosia/chain/compile/sourceList'
import { mutantsOf } from './mutants.ts'
import { blamed, type Node, switched, switchOn } from './switched.ts'

const solc = createRequire(join(contractsFolder, 'package.json'))('solc')
const NAME = 'src/sample/Sample.sol'
// The compiler counts bytes.
const SAMPLE = `// SPDX-License-Identifier: Apache-2.0
// · is two bytes.
pragma solidity ^0.8.0;

contract Sample {
    error Bad();
    uint256 total;

    function look(uint256 a, uint256 b) external returns (bool ok) {
        if (a + 1 >= b && !(a == 7)) revert Bad();
        for (uint256 i = 0; i < a; ++i) total += b;
        total = a;
        assembly { ok := gt(a, b) }
    }
}
`

function compile(sources: Sources, selection: object) {
  const settings = { outputSelection: selection, evmVersion: 'prague' }
  return JSON.parse(solc.compile(JSON.stringify({ language: 'Solidity', sources, settings })))
}

describe('switched', () => {
  const sources = { [NAME]: { content: SAMPLE } }
  const tree = compile(sources, { [NAME]: { '': ['ast'] } }).sources[NAME].ast as Node
  const mutants = mutantsOf(SAMPLE).map((one, at) => ({ ...one, name: NAME, id: at + 1 }))
  const result = switched(sources, { [NAME]: tree }, mutants)
  const content = result.sources[NAME]?.content ?? ''
  const idOf = (found: string) => mutants.find((one) => one.found.trim() === found)?.id as number
  const on = (found: string) => `Switch.on(${idOf(found)})`

  it('puts every change but those of assembly behind a switch of its own', () => {
    assert.deepEqual([...result.without], [idOf('gt(')])
    for (const { id, before } of mutants) {
      const count = content.split(`Switch.on(${id})`).length - 1
      assert.equal(count > 0, id !== idOf('gt('), before)
    }
    const parts = [
      `(${on('+')} ? (a - 1) : (a + 1))`,
      `((!(((a == 7) != ${on('==')}))) != ${on('!')})`,
      `(${on('++')} ? --i : ++i)`,
      `(${on('+=')} ? (total -= b) : (total += b));`,
      `{ if (!${on('total = a;')}) { total = a; } }`,
    ]
    for (const part of parts) assert.ok(content.includes(part), `${part} in\n${content}`)
    assert.match(content, /^\s+if \(.*\) && !Switch\.on\(\d+\)\) revert Bad\(\);$/m)
  })

  it('compiles to one code, in which a number is the mutant', () => {
    const output = compile(result.sources, { [NAME]: { Sample: ['evm.bytecode.object'] } })
    const code = output.contracts[NAME].Sample.evm.bytecode.object as string
    const [none, third] = [switchOn(code, 0), switchOn(code, 3)]
    assert.notEqual(none, code)
    assert.notEqual(none, third)
    assert.equal(none.replaceAll('0'.repeat(64), `${'0'.repeat(63)}3`), third)
  })

  it('finds the changes that an error speaks of, in its line or in its function', () => {
    const at = content.indexOf('total +=')
    assert.deepEqual(blamed(content, { start: at, end: at + 5 }).includes(idOf('<')), true)
    const place = content.indexOf('assembly')
    assert.ok(blamed(content, { start: place, end: place + 8 }).length > 5)
    assert.deepEqual(blamed(content, { start: 0, end: 1 }).length, 0)
  })
})
