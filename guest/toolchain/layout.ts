import type { Elf, Segment } from './elf.ts'
import { GuestError } from './errors.ts'

/**
 * First address a program may use, and the end of the image: 64 KiB of start stack and a guard lie
 * above.
 */
const imageStart = 0x1000
const imageEnd = 0x03e0_0000

/**
 * Checks that an image fits the memory map of docs/spec/guest.md and that stripping it changed
 * nothing that is loaded.
 */
export function assertLayout(stripped: Elf, withSymbols: Elf): void {
  for (const { address, memorySize } of stripped.segments) {
    if (address >= imageStart && address + memorySize <= imageEnd) continue
    const range = `0x${address.toString(16)}..0x${(address + memorySize).toString(16)}`
    throw new GuestError(
      'Guest.Layout',
      `the segment ${range} does not fit the machine's image region`,
      {
        hint: `An image lies between 0x${imageStart.toString(16)} and 0x${imageEnd.toString(16)}: make static data smaller.`,
      },
    )
  }
  const same =
    stripped.entry === withSymbols.entry &&
    stripped.segments.length === withSymbols.segments.length &&
    stripped.segments.every((segment, i) => {
      const other = withSymbols.segments[i]
      return (
        other !== undefined &&
        other.address === segment.address &&
        other.memorySize === segment.memorySize &&
        loaded(segment, stripped.text.address).equals(loaded(other, withSymbols.text.address))
      )
    })
  if (!same) {
    throw new GuestError(
      'Guest.Layout',
      'the program with symbols and the stripped one load different bytes',
      {
        hint: 'The scan read another program than the one to run: look for what the linker flags change.',
      },
    )
  }
}

/**
 * A segment's bytes; of the one with the text, those from the text on: the file's own headers stand
 * before it.
 */
function loaded(segment: Segment, textAddress: number): Buffer {
  const skip = segment.executable ? textAddress - segment.address : 0
  return Buffer.from(segment.bytes.subarray(skip))
}
