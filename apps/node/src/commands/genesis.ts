/**
 * Hash of the block that a genesis file makes, for whoever creates a network.
 *
 *   node genesis.ts < genesis.json
 */
import { text } from 'node:stream/consumers'
import { toPlain } from '@ambrosia/primitives/Errors'
import * as Genesis from '../engine/Genesis.ts'
import { hashGenesis } from '../engine/hashGenesis.ts'

try {
  const hash = await hashGenesis(Genesis.parse(await text(process.stdin)))
  process.stdout.write(`${JSON.stringify({ version: 1, ok: true, hash })}\n`)
} catch (error) {
  process.stdout.write(`${JSON.stringify({ version: 1, ok: false, error: toPlain(error) })}\n`)
  process.exitCode = 1
}
