import type { HashPool } from '../HashPool.ts'
import { LINE_SIZE } from '../Layout.ts'
import {
  allocate,
  createHasher,
  ELEMENT_SIZE,
  type Hasher,
  hashLines,
  hashNodes,
  toBigInt,
} from './hasher.ts'

/**
 * An 8-ary tree over 2^27 lines of 128 bytes (docs/spec/machine.md, section 4): memory, and the program table, whose entries have
 * 16 bytes as well. Nodes lie in groups of two levels, 64 children and 8 parents, which exist where something was written;
 * the top of a group is a child in the group above. The root's group has one level of eight children.
 */
export type LineTree = {
  readonly hasher: Hasher
  readonly root: Group
  /** Where the root's element lies. */
  readonly rootAt: number
  /** The element of an all-zero subtree whose leaves are lines, for each height from 0 (a line) to 9. */
  readonly zeros: readonly Uint8Array[]
  readonly templates: readonly Uint8Array[]
  readonly buffer: number
}

type Group = {
  /** 64 child elements, then 8 parents of eight children each. */
  at: number
  children: (Group | undefined)[]
  /** Eight bits for each parent: which children changed. */
  dirty: Uint8Array
  isListed: boolean
}

const FAN = 64
const GROUP_SIZE = (FAN + 8) * ELEMENT_SIZE
const NODE_SIZE = 8 * ELEMENT_SIZE
const PARENTS_AT = FAN * ELEMENT_SIZE
/** Shifts of a line number to a group's child, below the root: heights 6, 4, 2 and 0. */
const SHIFTS = [18, 12, 6, 0]
/** Lines hashed at once. */
const BATCH = 1024
/** Fewer hashes than this are not worth a thread's time. */
const POOL_MINIMUM = 256

/** Hashes whose inputs lie one behind the other, and so do their results. */
type Run = { input: number; output: number; count: number }

/** The tree of all zeros. */
export function createLineTree(): LineTree {
  const hasher = createHasher()
  const buffer = allocate(hasher, BATCH * LINE_SIZE)
  const scratch = allocate(hasher, NODE_SIZE)
  const memory = () => new Uint8Array(hasher.memory.buffer)
  const zeros: Uint8Array[] = []
  memory().fill(0, buffer, buffer + LINE_SIZE)
  hashLines(hasher, buffer, scratch, 1)
  for (let height = 0; height <= 9; height++) {
    const zero = memory().slice(scratch, scratch + ELEMENT_SIZE)
    zeros.push(zero)
    for (let i = 0; i < 8; i++) memory().set(zero, scratch + i * ELEMENT_SIZE)
    hashNodes(hasher, scratch, scratch, 1)
  }
  const templates = [8, 6, 4, 2, 0].map((height) => {
    const template = new Uint8Array(GROUP_SIZE)
    for (let i = 0; i < FAN + 8; i++) {
      template.set(zeros[i < FAN ? height : height + 1] as Uint8Array, i * ELEMENT_SIZE)
    }
    return template
  })
  const root = createGroup(hasher, templates[0] as Uint8Array)
  const rootAt = allocate(hasher, ELEMENT_SIZE)
  memory().set(zeros[9] as Uint8Array, rootAt)
  return { hasher, root, rootAt, zeros, templates, buffer }
}

/** The root as a field element. */
export function rootOf(tree: LineTree): bigint {
  return toBigInt(elementAt(tree, tree.rootAt))
}

/** One of the root's eight children as a field element. */
export function childOf(tree: LineTree, index: number): bigint {
  return toBigInt(elementAt(tree, tree.root.at + index * ELEMENT_SIZE))
}

/**
 * Brings the tree up to date where lines changed. `lines` ascend; `read` copies the bytes of `lines[from]` to `lines[to - 1]`
 * into `target`, one behind the other.
 */
export async function updateLines(
  tree: LineTree,
  lines: Uint32Array,
  read: (from: number, to: number, target: Uint8Array) => void,
  pool?: HashPool,
): Promise<void> {
  if (lines.length === 0) return
  const tiers: { group: Group; top: number }[][] = [[], [], [], []]
  const slots = new Uint32Array(lines.length)
  for (let i = 0; i < lines.length; i++) slots[i] = markDirty(tree, lines[i] as number, tiers)
  await hashChangedLines(tree, slots, read, pool)
  for (let tier = 3; tier >= 0; tier--) {
    const groups = tiers[tier] as { group: Group; top: number }[]
    await hashRuns(
      tree,
      groups.flatMap(({ group }) => dirtyParents(group)),
      pool,
    )
    const tops = groups.map(({ group, top }) => ({
      input: group.at + PARENTS_AT,
      output: top,
      count: 1,
    }))
    await hashRuns(tree, tops, pool)
    for (const { group } of groups) {
      group.dirty.fill(0)
      group.isListed = false
    }
  }
  hashNodes(tree.hasher, tree.root.at, tree.rootAt, 1)
}

/** The eight children of each node from a line up to the root, as field elements: heights 0 (lines) to 8. */
export function siblingsOf(tree: LineTree, line: number): bigint[][] {
  const path: bigint[][] = []
  let group: Group | undefined = tree.root
  path.push(elementsAt(tree, group, 0, 8))
  let index = line >>> 24
  for (const [tier, shift] of SHIFTS.entries()) {
    group = group?.children[index]
    index = (line >>> shift) & 63
    const height = 6 - 2 * tier
    path.push(elementsAt(tree, group, FAN, height + 1))
    path.push(elementsAt(tree, group, index & 56, height))
  }
  return path.reverse()
}

function elementsAt(
  tree: LineTree,
  group: Group | undefined,
  from: number,
  height: number,
): bigint[] {
  return Array.from({ length: 8 }, (_, i) =>
    toBigInt(
      group === undefined
        ? (tree.zeros[height] as Uint8Array)
        : elementAt(tree, group.at + (from + i) * ELEMENT_SIZE),
    ),
  )
}

function elementAt(tree: LineTree, at: number): Uint8Array {
  return new Uint8Array(tree.hasher.memory.buffer, at, ELEMENT_SIZE)
}

function createGroup(hasher: Hasher, template: Uint8Array): Group {
  const at = allocate(hasher, GROUP_SIZE)
  new Uint8Array(hasher.memory.buffer, at, GROUP_SIZE).set(template)
  return { at, children: [], dirty: new Uint8Array(8), isListed: false }
}

/** Notes that a line changes in all groups above it. @returns where the line's element lies */
function markDirty(tree: LineTree, line: number, tiers: { group: Group; top: number }[][]): number {
  let parent = tree.root
  let index = line >>> 24
  for (let tier = 0; tier < 4; tier++) {
    let group = parent.children[index]
    if (group === undefined) {
      group = createGroup(tree.hasher, tree.templates[tier + 1] as Uint8Array)
      parent.children[index] = group
    }
    if (!group.isListed) {
      group.isListed = true
      tiers[tier]?.push({ group, top: parent.at + index * ELEMENT_SIZE })
    }
    index = (line >>> (SHIFTS[tier] as number)) & 63
    group.dirty[index >>> 3] = (group.dirty[index >>> 3] as number) | (1 << (index & 7))
    parent = group
  }
  return parent.at + index * ELEMENT_SIZE
}

function dirtyParents(group: Group): Run[] {
  const runs: Run[] = []
  for (let i = 0; i < 8; i++) {
    if (group.dirty[i] === 0) continue
    const input = group.at + i * NODE_SIZE
    const output = group.at + PARENTS_AT + i * ELEMENT_SIZE
    const last = runs.at(-1)
    if (last !== undefined && last.input + last.count * NODE_SIZE === input) last.count++
    else runs.push({ input, output, count: 1 })
  }
  return runs
}

async function hashChangedLines(
  tree: LineTree,
  slots: Uint32Array,
  read: (from: number, to: number, target: Uint8Array) => void,
  pool: HashPool | undefined,
): Promise<void> {
  const total = slots.length
  const away: Promise<void>[] = []
  let start = 0
  if (pool !== undefined && total >= POOL_MINIMUM) {
    const share = Math.ceil(total / (pool.size + 1))
    for (; start + share < total; start += share) {
      const from = start
      const data = new Uint8Array(share * LINE_SIZE)
      read(from, from + share, data)
      const scatter = (elements: Uint8Array) => {
        for (let i = 0; i < share; i++) {
          const element = elements.subarray(i * ELEMENT_SIZE, (i + 1) * ELEMENT_SIZE)
          elementAt(tree, slots[from + i] as number).set(element)
        }
      }
      away.push(pool.run({ kind: 'lines', count: share, data }).then(scatter))
    }
  }
  for (let from = start; from < total; from += BATCH) {
    const to = Math.min(total, from + BATCH)
    const { hasher, buffer } = tree
    read(from, to, new Uint8Array(hasher.memory.buffer, buffer, (to - from) * LINE_SIZE))
    let first = from
    for (let i = from + 1; i <= to; i++) {
      if (i < to && slots[i] === (slots[i - 1] as number) + ELEMENT_SIZE) continue
      hashLines(hasher, buffer + (first - from) * LINE_SIZE, slots[first] as number, i - first)
      first = i
    }
  }
  await Promise.all(away)
}

async function hashRuns(
  tree: LineTree,
  runs: readonly Run[],
  pool: HashPool | undefined,
): Promise<void> {
  const total = runs.reduce((sum, run) => sum + run.count, 0)
  let local = runs
  const away: Promise<void>[] = []
  if (pool !== undefined && total >= POOL_MINIMUM) {
    const share = Math.ceil(total / (pool.size + 1))
    let rest = [...runs]
    for (let worker = 0; worker < pool.size; worker++) {
      const { taken, left } = takeRuns(rest, share)
      rest = left
      away.push(sendRuns(tree, taken, pool))
    }
    local = rest
  }
  for (const { input, output, count } of local) hashNodes(tree.hasher, input, output, count)
  await Promise.all(away)
}

function takeRuns(runs: readonly Run[], count: number): { taken: Run[]; left: Run[] } {
  let sum = 0
  let end = 0
  while (end < runs.length && sum < count) sum += (runs[end++] as Run).count
  return { taken: runs.slice(0, end), left: runs.slice(end) }
}

async function sendRuns(tree: LineTree, runs: readonly Run[], pool: HashPool): Promise<void> {
  const count = runs.reduce((sum, run) => sum + run.count, 0)
  if (count === 0) return
  const data = new Uint8Array(count * NODE_SIZE)
  let done = 0
  for (const { input, count: length } of runs) {
    data.set(new Uint8Array(tree.hasher.memory.buffer, input, length * NODE_SIZE), done)
    done += length * NODE_SIZE
  }
  const elements = await pool.run({ kind: 'nodes', count, data })
  done = 0
  for (const { output, count: length } of runs) {
    const size = length * ELEMENT_SIZE
    new Uint8Array(tree.hasher.memory.buffer, output, size).set(
      elements.subarray(done, done + size),
    )
    done += size
  }
}
