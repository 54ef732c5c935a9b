import type { Hex } from '@ambrosia/primitives/Bytes'
import type { Genesis } from '@ambrosia/rollup/L2Genesis'
import { createEngine } from './ethereumjs/createEngine.ts'

/** Hash of the block that a genesis file makes. @throws Genesis.Malformed */
export async function hashGenesis(genesis: Genesis): Promise<Hex> {
  const engine = await createEngine({ genesis, path: ':memory:' })
  try {
    return (await engine.head()).hash
  } finally {
    await engine.close()
  }
}
