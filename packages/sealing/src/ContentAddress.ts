import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { encode as encodeDagPb } from '@ipld/dag-pb'
import { UnixFS } from 'ipfs-unixfs'
import { CID } from 'multiformats/cid'
import { create as createDigest } from 'multiformats/hashes/digest'
import { inOrder, type Source, toBlocks } from './streams.ts'

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
const CONCURRENCY = 3
/**
 * base32 (lower case) of version, codec, multihash header and 32 bytes: the only form there is of
 * our addresses.
 */
const FORM = /^b[a-z2-7]{58}$/

type Shape = { leafSizeBytes: number; linkCount: number }
const SHAPE: Shape = { leafSizeBytes: LEAF_SIZE_BYTES, linkCount: LINK_COUNT }

/**
 * A node of the tree: its address, the bytes it stands for, and the bytes of it and all below it.
 */
type Node = { cid: CID; fileSizeBytes: number; totalSizeBytes: number }

/** The address and size, in bytes, of content read once as a stream, in constant memory. */
export async function fromBytes(
  content: Source,
): Promise<{ cid: ContentAddress; sizeBytes: number }> {
  const tree = new Tree(SHAPE)
  for await (const _ of through(content, tree));
  return tree.finish()
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
  for await (const leaf of through(content, tree)) {
    if (held) yield held
    held = leaf
  }
  const actual = await tree.finish()
  if (actual.cid !== cid) throw new MismatchError(cid, actual.cid)
  if (held && held.length > 0) yield held
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
export async function fromBytesWith(
  shape: Shape,
  content: Source,
): Promise<{ cid: ContentAddress; sizeBytes: number }> {
  const tree = new Tree(shape)
  for await (const _ of through(content, tree));
  return tree.finish()
}

async function* through(content: Source, tree: Tree): AsyncGenerator<Uint8Array> {
  const { leafSizeBytes } = tree.shape
  const leaves = toBlocks(content, leafSizeBytes, leafSizeBytes)
  const hashed = inOrder(leaves, CONCURRENCY, async ({ bytes }) => ({
    bytes,
    cid: await addressOf(RAW, bytes),
  }))
  for await (const { bytes, cid } of hashed) {
    await tree.append({ cid, fileSizeBytes: bytes.length, totalSizeBytes: bytes.length })
    yield bytes
  }
}

/**
 * The balanced tree, built from the left: levels[0] are leaves without a parent yet, levels[1]
 * their parents, and so on.
 */
class Tree {
  readonly shape: Shape
  private readonly levels: Node[][] = [[]]

  constructor(shape: Shape) {
    this.shape = shape
  }

  async append(node: Node, level = 0): Promise<void> {
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

  async finish(): Promise<{ cid: ContentAddress; sizeBytes: number }> {
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
