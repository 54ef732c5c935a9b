import { fromHex, fromUint, type Hex, toHex, toUint } from '@ambrosia/primitives/Bytes'
import { commitBlock, type RollupState } from '@ambrosia/rollup/Assertion'
import { RLP } from '@ethereumjs/rlp'
import { keccak256 } from 'viem'
import { decodeHeader } from '../engine/Header.ts'
import type { L2Chain } from '../l2/L2Chain.ts'

/** What the account is said to own more, smallest units. */
const MORE = 10n ** 24n
const STATE_ROOT_FIELD = 3

/**
 * States of a node that lies, for demonstrations and tests: in the first one that knows the account
 * it owns more than it does. Everything else about it is as it should be, down to the tree of
 * accounts, so nothing gives it away but executing the blocks.
 */
export function createLie(
  chain: L2Chain,
  account: Hex,
): (recordCount: number) => Promise<RollupState | undefined> {
  let told: { recordCount: number; state: RollupState } | undefined
  return async (recordCount) => {
    if (told?.recordCount === recordCount) return told.state
    const state = await chain.stateAt(recordCount)
    if (state === undefined || told !== undefined) return state
    const lie = await forge(chain, recordCount, account)
    if (lie === undefined) return state
    told = { recordCount, state: { ...state, blockCommitment: lie } }
    return told.state
  }
}

async function forge(chain: L2Chain, recordCount: number, account: Hex): Promise<Hex | undefined> {
  const end = await chain.endAt(recordCount)
  if (end === undefined) return undefined
  const block = await chain.engine.block(end.blockHash)
  if (block === undefined) return undefined
  const { header } = block
  const nodes = await chain.engine.proof(header.hash, account, [])
  const root = enrich(nodes, header.stateRoot, account)
  if (root === undefined) return undefined
  const fields = RLP.decode(header.bytes) as Uint8Array[]
  fields[STATE_ROOT_FIELD] = fromHex(root)
  return commitBlock(end.salt, decodeHeader(RLP.encode(fields)).hash)
}

/**
 * The root of a tree of accounts in which one owns more; undefined where the tree does not have it.
 */
function enrich(nodes: readonly Uint8Array[], root: Hex, account: Hex): Hex | undefined {
  const byHash = new Map(nodes.map((bytes) => [keccak256(bytes), bytes]))
  const path = keccak256(account).slice(2)
  const replaced = (hash: Hex, depth: number): Hex | undefined => {
    const bytes = byHash.get(hash)
    if (bytes === undefined) return undefined
    const node = RLP.decode(bytes) as Uint8Array[]
    const below = (index: number, at: number): Hex | undefined => {
      const child = node[index]
      // Accounts are too long to lie inside of another node, so every child has a hash.
      const next = child?.length === 32 ? replaced(toHex(child), at) : undefined
      if (next === undefined) return undefined
      node[index] = fromHex(next)
      return keccak256(RLP.encode(node))
    }
    if (node.length === 17) return below(Number.parseInt(path[depth] as string, 16), depth + 1)
    // The first digit says whether it is a leaf and whether the path has an odd length (yellow
    // paper, appendix C).
    const digits = toHex(node[0] as Uint8Array).slice(2)
    const flag = Number.parseInt(digits[0] as string, 16)
    const part = digits.slice(flag % 2 === 1 ? 1 : 2)
    if (!path.startsWith(part, depth)) return undefined
    if (flag < 2) return below(1, depth + part.length)
    const fields = RLP.decode(node[1] as Uint8Array) as Uint8Array[]
    const balance = toUint(fields[1] as Uint8Array) + MORE
    fields[1] = minimal(balance)
    node[1] = RLP.encode(fields)
    return keccak256(RLP.encode(node))
  }
  return replaced(root, 0)
}

function minimal(value: bigint): Uint8Array {
  const bytes = fromUint(value, 32)
  return bytes.subarray(bytes.findIndex((byte) => byte !== 0))
}
