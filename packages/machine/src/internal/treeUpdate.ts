import { LINE_SIZE } from '../Layout.ts'
import { type Hashes, hashBatches, type WorkOptions } from './hashBatches.ts'
import { ELEMENT_SIZE } from './hasher.ts'
import {
  HEIGHTS,
  type LineTree,
  lineAddress,
  lineElement,
  linePlace,
  NODE_SIZE,
  nodeAbove,
  nodeAddress,
} from './lineTree.ts'

/**
 * What differs between two versions of a tree: lines and elements with their values in the version
 * that the tree is not in.
 */
export type Change = {
  /** Line numbers, where the tree keeps them, and their bytes. */
  lines: Uint32Array
  linePlaces: Uint32Array
  lineData: Uint8Array
  /** Where elements lie, and their bytes. */
  elements: Uint32Array
  elementData: Uint8Array
}

/**
 * Reads lines: the bytes of `lines[from]` to `lines[to - 1]` into `target`, one behind the other.
 */
export type ReadLines = (from: number, to: number, target: Uint8Array) => void

/** Lines compared at once. */
const STAGE = 1024

/**
 * Brings a tree up to date where lines may have changed; `lines` ascend. Lines of which the tree
 * keeps the same bytes count as unchanged.
 * @returns what changed, to go back by.
 * @throws what the signal says, or HashPool.*: the tree is then as before
 */
export async function updateTree(
  tree: LineTree,
  lines: Uint32Array,
  read: ReadLines,
  options: WorkOptions = {},
): Promise<Change> {
  const plan = tree.keepsLines ? planKept(tree, lines, read) : planAll(tree, lines)
  const change = record(tree, plan)
  try {
    await hashPlan(tree, plan, read, options)
  } catch (error) {
    // What was put in the tree's lines is theirs already, so the whole goes back in one exchange.
    exchange(tree, change)
    throw error
  }
  return change
}

/**
 * What an update has to do: changed lines with the places of their elements, and the nodes above
 * them by height.
 */
type Plan = {
  lines: number[]
  linePlaces: number[]
  /** The bytes that kept lines had before. */
  lineData: Uint8Array[]
  elements: number[]
  nodes: number[][]
}

function createPlan(): Plan {
  const nodes = Array.from({ length: HEIGHTS + 1 }, () => [])
  return { lines: [], linePlaces: [], lineData: [], elements: [], nodes }
}

function planAll(tree: LineTree, lines: Uint32Array): Plan {
  const plan = createPlan()
  for (const line of lines) addLine(tree, plan, line, nodeAbove(tree, line))
  return plan
}

/** Compares each line with the one kept, and keeps the new bytes where they differ. */
function planKept(tree: LineTree, lines: Uint32Array, read: ReadLines): Plan {
  const plan = createPlan()
  const stage = new Uint8Array(STAGE * LINE_SIZE)
  const words = new Int32Array(stage.buffer)
  for (let from = 0; from < lines.length; from += STAGE) {
    const to = Math.min(lines.length, from + STAGE)
    read(from, to, stage)
    for (let i = from; i < to; i++) {
      const line = lines[i] as number
      const node = nodeAbove(tree, line)
      const place = linePlace(tree, node, line)
      const at = lineAddress(tree, place)
      const offset = (i - from) * LINE_SIZE
      if (isSame(new Int32Array(tree.memory.buffer, at, LINE_SIZE / 4), words, offset / 4)) continue
      plan.linePlaces.push(place)
      plan.lineData.push(tree.memory.slice(at, at + LINE_SIZE))
      tree.memory.set(stage.subarray(offset, offset + LINE_SIZE), at)
      addLine(tree, plan, line, node)
    }
  }
  return plan
}

function isSame(kept: Int32Array, words: Int32Array, from: number): boolean {
  for (let i = 0; i < kept.length; i++) if (kept[i] !== words[from + i]) return false
  return true
}

function addLine(tree: LineTree, plan: Plan, line: number, node: number): void {
  plan.lines.push(line)
  plan.elements.push(lineElement(tree, node, line))
  // Above a listed node all are listed.
  for (let height = 1; height <= HEIGHTS; height++) {
    const above = tree.path[height] as number
    if (tree.isListed[above] === 1) break
    tree.isListed[above] = 1
    plan.nodes[height]?.push(above)
  }
}

function record(tree: LineTree, plan: Plan): Change {
  const elements: number[] = [...plan.elements]
  for (const nodes of plan.nodes) {
    for (const node of nodes) {
      elements.push(tree.homes[node] as number)
      tree.isListed[node] = 0
    }
  }
  const elementData = new Uint8Array(elements.length * ELEMENT_SIZE)
  elements.forEach((at, i) => {
    elementData.set(tree.memory.subarray(at, at + ELEMENT_SIZE), i * ELEMENT_SIZE)
  })
  const lineData = new Uint8Array(plan.lineData.length * LINE_SIZE)
  plan.lineData.forEach((bytes, i) => {
    lineData.set(bytes, i * LINE_SIZE)
  })
  return {
    lines: Uint32Array.from(plan.lineData.length === 0 ? [] : plan.lines),
    linePlaces: Uint32Array.from(plan.linePlaces),
    lineData,
    elements: Uint32Array.from(elements),
    elementData,
  }
}

async function hashPlan(
  tree: LineTree,
  plan: Plan,
  read: ReadLines,
  options: WorkOptions,
): Promise<void> {
  const total = plan.nodes.reduce((sum, nodes) => sum + nodes.length, plan.lines.length)
  let done = 0
  const write = (places: (index: number) => number): Hashes['write'] => {
    return (from, to, elements) => {
      for (let i = from; i < to; i++) {
        const at = (i - from) * ELEMENT_SIZE
        tree.memory.set(elements.subarray(at, at + ELEMENT_SIZE), places(i))
      }
      done += to - from
      options.progress?.(done, total)
    }
  }
  await hashBatches(
    {
      kind: 'lines',
      count: plan.lines.length,
      read: tree.keepsLines ? readKept(tree, plan) : read,
      write: write((i) => plan.elements[i] as number),
    },
    options,
  )
  for (const nodes of plan.nodes) {
    await hashBatches(
      {
        kind: 'nodes',
        count: nodes.length,
        read: (from, to, target) => {
          for (let i = from; i < to; i++) {
            const at = nodeAddress(tree, nodes[i] as number)
            target.set(tree.memory.subarray(at, at + NODE_SIZE), (i - from) * NODE_SIZE)
          }
        },
        write: write((i) => tree.homes[nodes[i] as number] as number),
      },
      options,
    )
  }
}

function readKept(tree: LineTree, { linePlaces }: Plan): ReadLines {
  return (from, to, target) => {
    for (let i = from; i < to; i++) {
      const at = lineAddress(tree, linePlaces[i] as number)
      target.set(tree.memory.subarray(at, at + LINE_SIZE), (i - from) * LINE_SIZE)
    }
  }
}

/**
 * Puts the tree into the change's other version, and the tree's values into the change: twice is
 * nothing.
 */
export function exchange(tree: LineTree, change: Change): void {
  const { memory } = tree
  const { linePlaces, lineData, elements, elementData } = change
  for (let i = 0; i < linePlaces.length; i++) {
    const at = lineAddress(tree, linePlaces[i] as number)
    swap(memory, at, lineData, i * LINE_SIZE, LINE_SIZE)
  }
  for (let i = 0; i < elements.length; i++) {
    swap(memory, elements[i] as number, elementData, i * ELEMENT_SIZE, ELEMENT_SIZE)
  }
}

function swap(memory: Uint8Array, at: number, data: Uint8Array, from: number, size: number): void {
  const held = memory.slice(at, at + size)
  memory.set(data.subarray(from, from + size), at)
  data.set(held, from)
}

/** Two changes as one; where both have a value, that of the first. */
export function combine(first: Change, second: Change): Change {
  const lines = missing(first.linePlaces, second.linePlaces)
  const elements = missing(first.elements, second.elements)
  return {
    lines: joined(first.lines, second.lines, lines),
    linePlaces: joined(first.linePlaces, second.linePlaces, lines),
    lineData: joinedBytes(first.lineData, second.lineData, lines, LINE_SIZE),
    elements: joined(first.elements, second.elements, elements),
    elementData: joinedBytes(first.elementData, second.elementData, elements, ELEMENT_SIZE),
  }
}

/** The places in the second list of what the first does not hold. */
function missing(first: Uint32Array, second: Uint32Array): number[] {
  const held = new Set(first)
  const places: number[] = []
  second.forEach((value, place) => {
    if (!held.has(value)) places.push(place)
  })
  return places
}

function joined(first: Uint32Array, second: Uint32Array, places: readonly number[]): Uint32Array {
  const all = new Uint32Array(first.length + places.length)
  all.set(first)
  places.forEach((place, i) => {
    all[first.length + i] = second[place] as number
  })
  return all
}

function joinedBytes(
  first: Uint8Array,
  second: Uint8Array,
  places: readonly number[],
  size: number,
): Uint8Array {
  const all = new Uint8Array(first.length + places.length * size)
  all.set(first)
  places.forEach((place, i) => {
    all.set(second.subarray(place * size, (place + 1) * size), first.length + i * size)
  })
  return all
}

/** Bytes that a change takes. */
export function sizeOf({ lines, linePlaces, lineData, elements, elementData }: Change): number {
  return (
    4 * (lines.length + linePlaces.length + elements.length) + lineData.length + elementData.length
  )
}
