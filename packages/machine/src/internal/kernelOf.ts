import { type Instruction, numberOf } from '../Instruction.ts'
import { KERNELS } from './kernels.ts'

const NUMBERS = new Map<string, number>(KERNELS.map((name, index) => [name, index]))
const BEQ = NUMBERS.get('BEQ') as number
const JAL = NUMBERS.get('JAL') as number
const FIRST_FAR = NUMBERS.get('BEQ_FAR') as number

/**
 * The interpreter's number for each (operation, useImm, isW): place operation * 4 + useImm * 2 +
 * isW.
 */
const TABLE = buildTable()

/**
 * The interpreter's operation for a table entry; `isFar`: a branch or JAL that leaves the code
 * window.
 */
export function kernelOf(instruction: Instruction, isFar: boolean): number {
  const operation = numberOf(instruction.operation)
  if (isFar) return operation - BEQ + FIRST_FAR
  return TABLE[operation * 4 + (instruction.useImm ? 2 : 0) + (instruction.isW ? 1 : 0)] as number
}

/** A branch or JAL: its immediate is a target. */
export function isJump(kernel: number): boolean {
  return kernel >= BEQ && kernel <= JAL
}

function buildTable(): Uint8Array {
  const table = new Uint8Array(50 * 4)
  const plain = KERNELS.slice(0, 50)
  plain.forEach((name, operation) => {
    for (const useImm of [0, 1]) {
      for (const isW of [0, 1]) {
        // JALR, loads, stores, LR and SC always add their immediate: the plain name says it.
        const isAddress = operation > JAL && operation < (NUMBERS.get('AMOSWAP') as number)
        const middle = useImm === 1 && !isAddress ? (name === 'SLTU' ? 'SLTIU' : `${name}I`) : name
        const full = isW === 1 ? `${middle}W` : middle
        table[operation * 4 + useImm * 2 + isW] = NUMBERS.get(full) ?? 0
      }
    }
  })
  return table
}
