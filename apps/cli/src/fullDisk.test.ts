import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { useFolder } from '@ambrosia/testing/useFolder'
import { runCli } from './testing/runCli.ts'

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url))
const FILES = new URL('../../../packages/service/src/files.ts', import.meta.url).href

/** Runs a script on a disk of 256 kB that is gone with it: a mount of its own name space. */
function onSmallDisk(folder: string, script: string) {
  const mount = 'mount -t tmpfs -o size=256k tmpfs "$0" && cd "$0" && exec sh -c "$1"'
  return spawnSync('unshare', ['-rm', 'sh', '-c', mount, folder, script], { encoding: 'utf8' })
}

const probe = onSmallDisk('/tmp', 'true')
const skip =
  probe.status === 0
    ? false
    : `a small disk cannot be mounted here: ${probe.stderr || probe.error?.message}`

it('a full disk is said in words, and leaves nothing cut under a final name', { skip }, (t) => {
  const [folder, source] = [useFolder(t), useFolder(t)]
  const made = runCli(['synth', '--resources', '2000', '--out', 'in'], { cwd: source })
  assert.equal(made.status, 0, made.stderr)
  const bundle = join(source, 'in', 'patient-00000.json')
  const keep = join(source, 'keep.mjs')
  writeFileSync(
    keep,
    `
    import { writeFileAtomically } from ${JSON.stringify(FILES)}
    try {
      writeFileAtomically('wallet/records/alice.sealed', Buffer.alloc(1 << 20), 0o600)
    } catch (error) {
      console.error('wallet ' + error.code)
    }`,
  )
  const node = `"${process.execPath}"`
  const ran = onSmallDisk(
    folder,
    [
      `${node} "${MAIN}" synth --resources 2000 --out one; echo "synth $?"`,
      `${node} "${MAIN}" deidentify "${bundle}" --out safe.json; echo "bundle $?"`,
      `${node} "${MAIN}" deidentify "${bundle}" --out safe.ndjson; echo "lines $?"`,
      `${node} "${keep}"`,
      'find . -type f',
    ].join('\n'),
  )
  assert.deepEqual(ran.stdout.trim().split('\n'), [
    'synth 2',
    'bundle 2',
    'lines 2',
    './one/.gitignore',
  ])
  const said = ran.stderr.split('\n').filter((line) => /disk|wallet/.test(line))
  assert.deepEqual(said, [
    'error Cli.Usage: one/patient-00000.json cannot be written: the disk is full',
    'error Cli.Usage: safe.json cannot be written: the disk is full',
    'error Cli.Usage: safe.ndjson cannot be written: the disk is full',
    'wallet ENOSPC',
  ])
})
