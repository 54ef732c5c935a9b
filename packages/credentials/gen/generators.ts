/**
 * Writes the table of the first generators of BLS12-381-SHA-256; with --check compares instead.
 *
 *   node packages/credentials/gen/generators.ts [--check]
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { concat, toBase64url } from '@ambrosia/primitives/Bytes'
import { SUITES } from '../src/bbs/ciphersuite.ts'
import { ready } from '../src/bbs/curve.ts'
import { hashGenerators } from '../src/bbs/generators.ts'

/** Enough for a credential of 511 messages beside Q_1. */
const COUNT = 512
const FILE = new URL('../src/bbs/generators.generated.ts', import.meta.url)

await ready()
const table = toBase64url(concat(...hashGenerators(SUITES['BLS12-381-SHA-256'], COUNT)))
const text = [
  '// Made by: node packages/credentials/gen/generators.ts',
  '/** The first 512 generators of BLS12-381-SHA-256, compressed, 48 bytes each, base64url. */',
  `export const GENERATOR_TABLE =\n  '${table}'\n`,
].join('\n')

if (!process.argv.includes('--check')) writeFileSync(FILE, text)
else if (readFileSync(FILE, 'utf8') !== text) {
  process.stderr.write('src/bbs/generators.generated.ts is not what its generator writes\n')
  process.exitCode = 1
}
