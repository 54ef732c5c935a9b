import assert from 'node:assert/strict'
import { join } from 'node:path'
import { it } from 'node:test'
import { buildProgram } from '../toolchain/build.ts'
import { repositoryRoot } from '../toolchain/cache.ts'
import { runGo } from '../toolchain/go.ts'
import { findProgram } from '../toolchain/programs.ts'
import { onMachine, type Run } from './onMachine.ts'
import { canBuild, diagnose, isFull } from './withGo.ts'

it('what a Go program on the machine may rely on, and how it fails', async (t) => {
  if (!canBuild(t)) return
  const program = findProgram('probe')
  assert.ok(program)
  const run = onMachine(buildProgram(program, diagnose(t)).elf)
  const halts = (name: string, exitCode: number, output: string | RegExp) =>
    t.test(name, () => {
      const result = run(`${name} `)
      assert.deepEqual([result.status, result.exitCode], ['halted', exitCode], result.output)
      if (typeof output === 'string') assert.equal(result.output, output)
      else assert.match(result.output, output)
      assert.deepEqual(run(`${name} `), result, 'the same in every run')
    })
  const faults = (name: string) =>
    t.test(name, () => {
      const result: Run = run(`${name} `)
      assert.equal(result.status, 'faulted')
      assert.equal(result.output, '')
    })

  await halts('print', 0, 'standard output\nstandard error\nbuilt-in\n')
  await t.test('lines', () => {
    const tail = 'x'.repeat(10_000)
    const { output } = run(`lines \nsecond\n\n${tail}`)
    assert.equal(output, `"lines "\n"second"\n""\n"${tail}"\n<nil> 0 EOF\n`)
  })
  await halts('args', 0, '1 program 0 1 1\n')
  await t.test('answer', () => {
    const { output, answer } = run('answer ')
    assert.deepEqual([output, answer], ['answered\n', `0x010203${'00'.repeat(28)}20`])
  })
  await halts('exit', 77, '')
  await halts('unknown', 3, '')
  await halts('large', 0, /^\0{1048576}$/)
  await halts(
    'float',
    0,
    '-1 1 -2 1.4142135623730951 3 -0 5 0.6666667 2000000000 2000000000000000000 true false\n',
  )
  await halts('recover', 0, 'recovered: again\n')
  await halts('threads', 0, '49500\n')
  await halts('sleep', 0, '1h0m0s 3h0m0s\n')
  await halts('collect', 0, 'true true\n')
  await halts('files', 0, /^true .*function not implemented\n$/)
  await halts('random', 2, /crypto\/rand: failed to read random data/)
  await halts('panic', 2, /^panic: a reason\n\ngoroutine 1 \[running\]:\n/)
  await halts('index', 2, /index out of range \[1\] with length 0/)
  await halts('deadlock', 2, /all goroutines are asleep - deadlock!/)
  if (isFull) {
    await halts('memory', 2, /fatal error: out of memory/)
    await halts('stack', 2, /goroutine stack exceeds 134217728-byte limit/)
  }
  // A nil pointer is an access below 4096, a second thread an EBREAK: faults of the machine.
  await faults('nil')
  await faults('lock')
})

it('the standard library computes what it computes on this computer', (t) => {
  if (!canBuild(t)) return
  if (!isFull) {
    t.skip('AMBROSIA_GUEST=full compares a good part of the standard library with this computer')
    return
  }
  const program = findProgram('library')
  assert.ok(program)
  const directory = join(repositoryRoot, program.module.directory)
  const expected = runGo(['run', '.'], { directory, environment: { CGO_ENABLED: '0' } })
  const { status, exitCode, output } = onMachine(buildProgram(program, diagnose(t)).elf)('')
  assert.deepEqual([status, exitCode], ['halted', 0])
  assert.equal(output, expected)
})
