import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import { brotliDecompressSync } from 'node:zlib'
import { readArtifacts } from '../toolchain/artifacts.ts'
import { buildAfresh, buildProgram } from '../toolchain/build.ts'
import { repositoryRoot } from '../toolchain/cache.ts'
import { findProgram, programs } from '../toolchain/programs.ts'
import { onMachine } from './onMachine.ts'
import { canBuild, diagnose, isFull } from './withGo.ts'

const committed = (name: string) => join(repositoryRoot, 'examples/machine/go/bin', `${name}.elf`)
const sha256 = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest('hex')

it('the committed programs are the recorded ones', () => {
  const { programs: recorded } = readArtifacts()
  for (const { name, committedAs } of programs) {
    if (committedAs === undefined) continue
    const bytes = readFileSync(join(repositoryRoot, committedAs))
    const elf = committedAs.endsWith('.br') ? brotliDecompressSync(bytes) : bytes
    assert.equal(sha256(elf), recorded[name]?.sha256, name)
  }
})

it('digest answers with the SHA-256 of its input', () => {
  const run = onMachine(committed('digest'))
  for (const size of [0, 1, 55, 56, 64, 119, 4096, 100_003]) {
    const input = Uint8Array.from({ length: size }, (_, i) => (i * 131 + (i >> 8)) & 255)
    const { status, exitCode, output, answer } = run(input)
    assert.deepEqual({ status, exitCode }, { status: 'halted', exitCode: 0 })
    assert.equal(output, `${sha256(input)}\n`)
    assert.equal(answer, `0x${sha256(input)}`)
  }
})

it('statistics computes as any IEEE 754 machine does', () => {
  const run = onMachine(committed('statistics'))
  const values = Array.from({ length: 501 }, (_, i) => Math.sin(i) * 10 ** ((i % 40) - 20))
  const { exitCode, output } = run(`${values.join('\n')}\n\n`)
  let mean = 0
  let squares = 0
  values.forEach((value, i) => {
    const delta = value - mean
    mean += delta / (i + 1)
    squares += delta * (value - mean)
  })
  const printed = Object.fromEntries(
    output
      .trim()
      .split('\n')
      .map((line) => line.split(' ')),
  )
  assert.equal(exitCode, 0)
  assert.deepEqual(
    [printed['count'], printed['mean'], printed['deviation'], printed['median']].map(Number),
    [501, mean, Math.sqrt(squares / 501), [...values].sort((a, b) => a - b)[250]],
  )
})

it('statistics refuses what is not a number without showing it', () => {
  const run = onMachine(committed('statistics'))
  const { exitCode, output } = run('1.5\nsecret\n')
  assert.equal(exitCode, 1)
  assert.equal(output, 'refused: line 2 is not a finite number\n')
  for (const input of ['', '\n', 'NaN', '1e999', '1\n0x', '\u0000'])
    assert.equal(run(input).exitCode, 1)
})

it('wordcount counts with goroutines, in the same number of steps each time', () => {
  const run = onMachine(committed('wordcount'))
  const words = Array.from({ length: 20_000 }, (_, i) => `Word${(i * i) % 97}`)
  const counts = new Map<string, number>()
  for (const word of words)
    counts.set(word.toLowerCase(), (counts.get(word.toLowerCase()) ?? 0) + 1)
  const expected = [...counts]
    .sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
    .slice(0, 10)
    .map(([word, count]) => `${count} ${word}\n`)
    .join('')
  const first = run(words.join(' '))
  assert.equal(first.output, expected)
  assert.deepEqual(run(words.join(' ')), first)
})

it('the launcher prints the output and exits with the code of the program', () => {
  const folder = mkdtempSync(join(tmpdir(), 'guest-launcher-'))
  try {
    const input = join(folder, 'numbers')
    writeFileSync(input, '1\nx\n')
    const arguments_ = [
      'apps/cli/src/main.ts',
      'machine',
      'run',
      committed('statistics'),
      '--input',
      input,
      '--json',
    ]
    const result = spawnSync(process.execPath, arguments_, {
      cwd: repositoryRoot,
      encoding: 'utf8',
    })
    assert.equal(result.stdout, 'refused: line 2 is not a finite number\n')
    assert.equal(result.status, 1)
    const summary = JSON.parse(result.stderr.trim().split('\n').at(-1) ?? '') as Record<
      string,
      unknown
    >
    assert.deepEqual([summary['status'], summary['exitCode']], ['halted', 1])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

it('two builds in different folders give the recorded bytes', (t) => {
  if (!canBuild(t)) return
  const { programs: recorded } = readArtifacts()
  const names = isFull ? ['digest', 'statistics', 'wordcount', 'probe', 'block'] : ['statistics']
  for (const name of names) {
    const program = findProgram(name)
    assert.ok(program)
    const folder = mkdtempSync(join(tmpdir(), 'guest-twice-'))
    try {
      const again = buildAfresh(program, folder, undefined, diagnose(t))
      assert.equal(again.sha256, recorded[name]?.sha256, name)
      assert.equal(buildProgram(program, diagnose(t)).sha256, again.sha256, name)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }
})
