/**
 * Writes the table of the first generators of BLS12-381-SHA-256. Run: node packages/credentials/gen/generators.ts
 */
import { writeFileSync } from 'node:fs'
import { concat, toBase64url } from '@ambrosia/primitives/Bytes'
import { SUITES } from '../src/bbs/ciphersuite.ts'
import { ready } from '../src/bbs/curve.ts'
import { hashGenerators } from '../src/bbs/generators.ts'

/** Enough for a credential of 511 messages beside Q_1. */
const COUNT = 512

await ready()
const table = toBase64url(concat(...hashGenerators(SUITES['BLS12-381-SHA-256'], COUNT)))
writeFileSync(
  new URL('../src/bbs/generators.generated.ts', import.meta.url),
  [
    '// Made by: node packages/credentials/gen/generators.ts',
    '/** The first 512 generators of BLS12-381-SHA-256, compressed, 48 bytes each, base64url. */',
    `export const GENERATOR_TABLE =\n  '${table}'\n`,
  ].join('\n'),
)
