import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { encode as encodeDagPb } from '@ipld/dag-pb'
import { UnixFS } from 'ipfs-unixfs'
import { CID } from 'multiformats/cid'
import { create as createDigest } from 'multiformats/hashes/digest'
import { createCutter, type Source } from './streams.ts'

/**
 * Content addresses that IPFS can carry: CIDv1, UnixFS, SHA-256, leaves of 1 MiB as raw blocks, at
 * most 1,024 links a node, balanced layout (profile unixfs-v1-2025 of IPIP-499). One leaf is its
 * own address; more are dag-pb nodes above them (https://specs.ipfs.tech/unixfs/).
 */
export type ContentAddress = string

/** Size of a leaf, bytes. */
export const LEAF_SIZE_BYTES = 1024 * 1024
/** Most links of one node. */
export const LINK_COUNT = 1024

const RAW = 0x55
const DAG_PB = 0x70
const SHA2_256 = 0x12
/** Leaves in work at once, on the platform's threads, beside who reads or writes. */
const CONCURRENCY = 3
/**
 * base32 (lower case) of version, codec, multihash header and 32 bytes: the only form there is of
 * our addresses.
 */
const FORM = /^b[a-z2-7]{58}$/

/** An address with the size of the content, bytes. */
export type Addressed = { cid: ContentAddress; sizeBytes: number }

type Shape = { leafSizeBytes: number; linkCount: number }
const SHAPE: Shape = { leafSizeBytes: LEAF_SIZE_BYTES, linkCount: LINK_COUNT }

/**
 * A node of the tree: its address, the bytes it stands for, and the bytes of it and all below it.
 */
type Node = { cid: CID; fileSizeBytes: number; totalSizeBytes: number }

/** The address and size, in bytes, of content read once as a stream, in constant memory. */
export async function fromBytes(content: Source): Promise<Addressed> {
  return await fromBytesWith(SHAPE, content)
}

/** Gives the content on while it reads it; what the generator returns is the address. */
export async function* follow(content: Source): AsyncGenerator<Uint8Array, Addressed> {
  const tree = new Tree(SHAPE)
  for await (const part of partsOf(content)) {
    await tree.take(part)
    yield part
  }
  return await tree.finish()
}

/**
 * Gives the content on while it reads it, and throws at its end unless it is what the address
 * names. The last piece is held back until then, so a reader that takes all of it has the right
 * content.
 * @throws ContentAddress.Mismatch, ContentAddress.Invalid
 */
export async function* verifyStream(
  cid: ContentAddress,
  content: Source,
): AsyncGenerator<Uint8Array> {
  assert(cid)
  const tree = new Tree(SHAPE)
  let held: Uint8Array | undefined
  for await (const part of partsOf(content)) {
    if (part.length === 0) continue
    if (held) yield held
    held = part
    await tree.take(part)
  }
  const actual = await tree.finish()
  if (actual.cid !== cid) throw new MismatchError(cid, actual.cid)
  if (held) yield held
}

/**
 * The address itself where it is one of ours: nothing else, so no path and no other hash.
 * @throws ContentAddress.Invalid
 */
export function assert(cid: unknown): ContentAddress {
  if (typeof cid !== 'string' || !FORM.test(cid)) throw new InvalidError()
  let parsed: CID
  try {
    parsed = CID.parse(cid)
  } catch {
    throw new InvalidError()
  }
  const isOurs =
    parsed.version === 1 &&
    (parsed.code === RAW || parsed.code === DAG_PB) &&
    parsed.multihash.code === SHA2_256 &&
    parsed.multihash.digest.length === 32 &&
    parsed.toString() === cid
  if (!isOurs) throw new InvalidError()
  return cid
}

/** The same tree with other measures, for tests of its shape. */
export async function fromBytesWith(shape: Shape, content: Source): Promise<Addressed> {
  const tree = new Tree(shape)
  for await (const part of partsOf(content)) await tree.take(part)
  return await tree.finish()
}

function partsOf(content: Source): Exclude<Source, Uint8Array> {
  return content instanceof Uint8Array ? [content] : content
}

/**
 * The balanced tree, built from the left: levels[0] are leaves without a parent yet, levels[1]
 * their parents, and so on.
 */
class Tree {
  readonly shape: Shape
  private readonly levels: Node[][] = [[]]
  private readonly cutter: ReturnType<typeof createCutter>
  private readonly working: Promise<Node>[] = []

  constructor(shape: Shape) {
    this.shape = shape
    const { leafSizeBytes } = shape
    this.cutter = createCutter({ unitSizeBytes: leafSizeBytes, unitCount: 1, isEager: true })
  }

  /** Reads on. The part may be changed once this has returned. */
  async take(part: Uint8Array): Promise<void> {
    for (const leaf of this.cutter.cut(part)) {
      this.work(leaf)
      if (this.working.length >= CONCURRENCY) await this.append(await this.next())
    }
  }

  /** WebCrypto copies what it is given before it returns. */
  private work(leaf: Uint8Array): void {
    const node = leafOf(leaf)
    // Whoever waits for it is told.
    node.catch(() => undefined)
    this.working.push(node)
  }

  private next(): Promise<Node> {
    return this.working.shift() as Promise<Node>
  }

  private async append(node: Node, level = 0): Promise<void> {
    const nodes = this.levels[level] ?? []
    this.levels[level] = nodes
    // A full level closes only when one more node comes: a tree of exactly `linkCount` leaves has
    // one root above them.
    if (nodes.length === this.shape.linkCount) {
      const parent = await parentOf(nodes.splice(0))
      await this.append(parent, level + 1)
    }
    nodes.push(node)
  }

  async finish(): Promise<Addressed> {
    const rest = this.cutter.rest()
    const isEmpty = this.working.length === 0 && this.levels.flat().length === 0
    if (rest.length > 0 || isEmpty) this.work(rest)
    while (this.working.length > 0) await this.append(await this.next())
    let level = 0
    for (;;) {
      const nodes = this.levels[level] as Node[]
      const isTop = level === this.levels.length - 1
      if (isTop && nodes.length === 1) {
        const { cid, fileSizeBytes } = nodes[0] as Node
        return { cid: cid.toString(), sizeBytes: fileSizeBytes }
      }
      await this.append(await parentOf(nodes.splice(0)), level + 1)
      level++
    }
  }
}

async function parentOf(children: readonly Node[]): Promise<Node> {
  const file = new UnixFS({
    type: 'file',
    blockSizes: children.map((child) => BigInt(child.fileSizeBytes)),
  })
  const bytes = encodeDagPb({
    Data: file.marshal(),
    Links: children.map((child) => ({ Name: '', Hash: child.cid, Tsize: child.totalSizeBytes })),
  })
  const sum = (of: (child: Node) => number) =>
    children.reduce((total, child) => total + of(child), 0)
  return {
    cid: await addressOf(DAG_PB, bytes),
    fileSizeBytes: sum((child) => child.fileSizeBytes),
    totalSizeBytes: bytes.length + sum((child) => child.totalSizeBytes),
  }
}

async function leafOf(bytes: Uint8Array): Promise<Node> {
  const sizeBytes = bytes.length
  return { cid: await addressOf(RAW, bytes), fileSizeBytes: sizeBytes, totalSizeBytes: sizeBytes }
}

async function addressOf(codec: number, block: Uint8Array): Promise<CID> {
  const digest = await crypto.subtle.digest('SHA-256', block as Uint8Array<ArrayBuffer>)
  return CID.createV1(codec, createDigest(SHA2_256, new Uint8Array(digest)))
}

export class InvalidError extends AmbrosiaError {
  constructor() {
    super('ContentAddress.Invalid', 'this is not a content address of this network', {
      hint: 'Use a CIDv1 in base32 with SHA-256, such as bafkrei… or bafybei….',
    })
  }
}

export class MismatchError extends AmbrosiaError {
  constructor(expected: ContentAddress, actual: ContentAddress) {
    super('ContentAddress.Mismatch', `the content is that of ${actual}, expected ${expected}`, {
      details: { expected, actual },
      hint: 'Fetch the content again, or from another store.',
    })
  }
}
