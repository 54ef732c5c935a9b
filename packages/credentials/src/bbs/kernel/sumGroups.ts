import { type Kernel, POINT_SIZE_BYTES } from './kernel.ts'

/** Addresses of the points of each group. An empty group has no sum. */
export type Groups = readonly (readonly number[])[]

/**
 * The sum of each group, all groups together: in each round neighbours are added, so that one
 * inversion serves a round.
 * @returns addresses in the kernel's scratch, or undefined where two points could not be added
 */
export function sumGroups(kernel: Kernel, groups: Groups): (number | undefined)[] | undefined {
  let rest = groups.map((group) => [...group])
  for (;;) {
    const pairCount = rest.reduce((sum, { length }) => sum + (length >> 1), 0)
    if (pairCount === 0) return rest.map(([one]) => one)
    const list = new Int32Array(3 * pairCount)
    let out = kernel.scratch(pairCount * POINT_SIZE_BYTES)
    let at = 0
    rest = rest.map((group) => {
      const sums: number[] = []
      for (let i = 0; i + 1 < group.length; i += 2) {
        list[at++] = group[i] as number
        list[at++] = group[i + 1] as number
        list[at++] = out
        sums.push(out)
        out += POINT_SIZE_BYTES
      }
      if (group.length % 2 === 1) sums.push(group.at(-1) as number)
      return sums
    })
    if (!kernel.add(list)) return undefined
  }
}
