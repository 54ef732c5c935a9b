import * as Commitment from '@ambrosia/machine/Commitment'
import { fromElf } from '@ambrosia/machine/Program'
import type { Hex } from 'viem'
import { toHash } from '../Claim.ts'
import { hashPool } from './hashPool.ts'
import { treeCache } from './treeCache.ts'

/**
 * The id of a program, whose trees are in the cache afterwards: those of its code, and of the
 * memory that it begins with.
 * @param elf bytes of its file
 * @throws Machine.*
 */
export async function programIdOf(elf: Uint8Array): Promise<Hex> {
  const options = { hashPool: hashPool(), cache: treeCache() }
  const program = fromElf(elf)
  const { programId } = await Commitment.fromProgram(program, options)
  return toHash(programId)
}
