import type { Elf, FunctionSymbol } from './elf.ts'
import { GuestError } from './errors.ts'
import { foreignOpcode } from './opcodes.ts'

/** What the scan of a program's text found. */
export type ScanReport = {
  /** Four-byte words of the text. */
  words: number
  /** All-zero words between functions: an illegal instruction, never reached. */
  padding: number
  /** Population counts behind a test of a flag that nothing sets (see {@link scanText}). */
  guardedCpop: number
  /** Functions that hold an ECALL. */
  environmentCalls: readonly string[]
}

/** The only function that may leave the program. */
const exitFunction = 'runtime.exit'
/**
 * A byte the compiler tests before every population count; the build removes the one assignment to
 * it.
 */
const zbbFlag = 'runtime.riscv64HasZbb'

/**
 * Checks every word of the text against RV64IMA. Fails on any other opcode, on compressed code and
 * on an ECALL outside the exit. Two exceptions, both a fault of the machine were they ever reached:
 * - zero words, with which the linker fills up;
 * - CPOP in a function that loads the flag of that extension, provided that the text only ever
 *   loads it.
 */
export function scanText(elf: Elf): ScanReport {
  const { bytes } = elf.text
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const nameOf = (offset: number) => functionAt(elf.functions, elf.text.address + offset)
  const faults: string[] = []
  const calls = new Set<string>()
  const guards = flagUses(view, elf, faults)
  let padding = 0
  let guardedCpop = 0
  for (let offset = 0; offset + 4 <= view.byteLength; offset += 4) {
    const word = view.getUint32(offset, true)
    if (word === 0) padding++
    if (word === ECALL) calls.add(nameOf(offset))
    const foreign = word === 0 ? undefined : foreignOpcode(word)
    if (foreign === undefined) continue
    if (foreign === 'cpop' && guards.has(nameOf(offset))) guardedCpop++
    else faults.push(`${foreign} (${hex(word, 8)}) at ${place(elf, offset)}`)
  }
  const environmentCalls = [...calls]
  for (const name of environmentCalls) if (name !== exitFunction) faults.push(`ecall in ${name}`)
  if (faults.length > 0) throw opcodeError(faults)
  return { words: view.byteLength >> 2, padding, guardedCpop, environmentCalls }
}

const ECALL = 0x73
const AUIPC = 0x17
const LBU = 0x4003

/**
 * The functions that load the flag; any other use of its address is a fault. Addresses are AUIPC
 * and a next word.
 */
function flagUses(view: DataView, elf: Elf, faults: string[]): Set<string> {
  const functions = new Set<string>()
  const flag = elf.symbols.get(zbbFlag)
  if (flag === undefined) return functions
  for (let offset = 0; offset + 8 <= view.byteLength; offset += 4) {
    const upper = view.getUint32(offset, true)
    if ((upper & 0x7f) !== AUIPC) continue
    const next = view.getUint32(offset + 4, true)
    if (((next >>> 15) & 31) !== ((upper >>> 7) & 31)) continue
    const isStore = (next & 0x7f) === 0x23
    const low = isStore ? ((next >> 25) << 5) | ((next >>> 7) & 31) : next >> 20
    if (elf.text.address + offset + ((upper & 0xfffff000) | 0) + low !== flag) continue
    if ((next & 0x707f) === LBU) functions.add(functionAt(elf.functions, elf.text.address + offset))
    else
      faults.push(
        `another use of ${zbbFlag} than a load (${hex(next, 8)}) at ${place(elf, offset)}`,
      )
  }
  return functions
}

function functionAt(functions: readonly FunctionSymbol[], address: number): string {
  let low = 0
  let high = functions.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((functions[middle]?.address ?? 0) <= address) low = middle + 1
    else high = middle
  }
  return functions[low - 1]?.name ?? 'an unnamed function'
}

function place(elf: Elf, offset: number): string {
  const address = elf.text.address + offset
  return `0x${hex(address, 0)} in ${functionAt(elf.functions, address)}`
}

function hex(value: number, digits: number): string {
  return (value >>> 0).toString(16).padStart(digits, '0')
}

function opcodeError(faults: readonly string[]): GuestError {
  const shown = faults.slice(0, 12).join('\n  ')
  const rest = faults.length > 12 ? `\n  and ${faults.length - 12} more` : ''
  const message = `${faults.length} places outside the machine's instructions:\n  ${shown}${rest}`
  const hint =
    'Keep the code behind them out of the program, or add a change with its reason to guest/toolchain/*Changes.ts.'
  return new GuestError('Guest.Opcode', message, { hint })
}
