/**
 * `ambrosia node import`: executes a file of blocks on a genesis, in memory unless a database is
 * named.
 *
 *   node import.ts --genesis FILE --blocks FILE [--database FILE] [--json]
 *
 * With --json the last line of standard output is {version, ok, head, stateRoot, error}. Exit code
 * 1 where a block was refused.
 */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { toPlain } from '@ambrosia/primitives/Errors'
import { createEngine } from '../engine/ethereumjs/createEngine.ts'
import * as Genesis from '../engine/Genesis.ts'
import { importBlocks } from '../import/importBlocks.ts'

const { values } = parseArgs({
  options: {
    genesis: { type: 'string' },
    blocks: { type: 'string' },
    database: { type: 'string', default: ':memory:' },
    json: { type: 'boolean', default: false },
  },
})

process.exitCode = await main()

async function main(): Promise<number> {
  const { genesis: genesisPath, blocks: blocksPath, database, json } = values
  if (genesisPath === undefined || blocksPath === undefined) {
    process.stderr.write('usage: import --genesis FILE --blocks FILE [--database FILE] [--json]\n')
    return 2
  }
  try {
    const genesis = Genesis.parse(readFileSync(genesisPath, 'utf8'))
    const engine = await createEngine({ genesis, path: database })
    try {
      const result = await importBlocks(engine, readFileSync(blocksPath), engine.wins)
      const { ok, head, stateRoot, accepted, error = null } = result
      if (json) print({ ok, head, stateRoot, error })
      else {
        process.stdout.write(`${accepted} blocks accepted, head ${head}, state ${stateRoot}\n`)
        if (error !== null) process.stdout.write(`refused: ${error}\n`)
      }
      return ok ? 0 : 1
    } finally {
      await engine.close()
    }
  } catch (error) {
    const { code, message } = toPlain(error)
    if (json) print({ ok: false, head: null, stateRoot: null, error: `${code}: ${message}` })
    else process.stderr.write(`error ${code}: ${message}\n`)
    return 1
  }
}

function print(result: object): void {
  process.stdout.write(`${JSON.stringify({ version: 1, ...result })}\n`)
}
