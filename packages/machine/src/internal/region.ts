import type { Instruction, Operation } from '../Instruction.ts'
import { instructionAt, type Program } from '../Program.ts'

/** Instructions that run one after the other from their first: only the last may go elsewhere. */
export type Block = { pc: number; instructions: Instruction[]; end: number }

/** Blocks that become one function, in order of pc. */
export type Region = { blocks: Block[] }

/**
 * Longer functions take too long to compile. The blocks of a region must also fit the bits of a map
 * entry (translate.ts).
 */
const INSTRUCTION_LIMIT = 400
const BLOCK_LIMIT = 100
/**
 * A block is run as a whole or not at all, so the last steps before a stop are interpreted: keep
 * them few.
 */
export const BLOCK_SIZE_LIMIT = 128

const BRANCHES = new Set<Operation>(['BEQ', 'BNE', 'BLT', 'BGE', 'BLTU', 'BGEU'])
const ENDS = new Set<Operation>(['JAL', 'JALR', 'ECALL', 'ILLEGAL'])

export function isBranch(operation: Operation): boolean {
  return BRANCHES.has(operation)
}

/**
 * What is reached from `start`, calls included: the rest of the function that holds it and
 * functions that it calls, as far as the limits go. Blocks for which `isWanted` is false are left
 * out, and jumps to them leave the region.
 */
export function findRegion(
  program: Program,
  start: number,
  isWanted: (pc: number) => boolean,
): Region {
  const found = new Map<number, Instruction>()
  const leaders = new Set([start])
  const queue = [start]
  while (queue.length > 0 && found.size < INSTRUCTION_LIMIT && leaders.size < BLOCK_LIMIT) {
    let pc = queue.shift() as number
    while (!found.has(pc) && found.size < INSTRUCTION_LIMIT) {
      const instruction = instructionAt(program, pc)
      found.set(pc, instruction)
      const targets = successors(instruction, pc)
      for (const target of targets) {
        if (leaders.has(target) || !isWanted(target)) continue
        leaders.add(target)
        queue.push(target)
      }
      if (targets.length > 0 || ENDS.has(instruction.operation)) break
      pc += instruction.size
      if (leaders.has(pc)) break
    }
  }
  return { blocks: toBlocks(found, leaders) }
}

/**
 * Where a block must begin because of an instruction: a branch's target, what follows a branch or a
 * call.
 */
function successors(instruction: Instruction, pc: number): number[] {
  const { operation, imm, size, rd } = instruction
  if (BRANCHES.has(operation)) return [pc + size, imm]
  if (operation === 'JAL') return rd === 0 ? [imm] : [pc + size, imm]
  if (operation === 'JALR') return rd === 0 ? [] : [pc + size]
  return []
}

function toBlocks(found: ReadonlyMap<number, Instruction>, leaders: ReadonlySet<number>): Block[] {
  const blocks: Block[] = []
  for (const leader of [...leaders].filter((pc) => found.has(pc)).sort((a, b) => a - b)) {
    let block: Block = { pc: leader, instructions: [], end: leader }
    blocks.push(block)
    for (let pc = leader; ; ) {
      const instruction = found.get(pc)
      if (instruction === undefined) break
      if (block.instructions.length === BLOCK_SIZE_LIMIT) {
        block = { pc, instructions: [], end: pc }
        blocks.push(block)
      }
      block.instructions.push(instruction)
      pc += instruction.size
      block.end = pc
      const isEnd = ENDS.has(instruction.operation) || BRANCHES.has(instruction.operation)
      if (isEnd || leaders.has(pc)) break
    }
  }
  return sortUnique(blocks)
}

/**
 * Overlapping encodings can give a split block a start that is a leader's: the longer-known one
 * stays.
 */
function sortUnique(blocks: Block[]): Block[] {
  const byPc = new Map<number, Block>()
  for (const block of blocks) if (!byPc.has(block.pc)) byPc.set(block.pc, block)
  return [...byPc.values()].sort((a, b) => a.pc - b.pc)
}
