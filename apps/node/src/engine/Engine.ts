import type { Hex } from '@ambrosia/primitives/Bytes'
import type { Attributes } from '@ambrosia/rollup/Derivation'
import type { EngineBlock, Header } from './Header.ts'

/**
 * What executes blocks. Two implementations keep to it, and to one suite of tests: ethereumjs in
 * this process, go-ethereum beside it. The same blocks give the same states and receipts in both.
 */
export type Engine = {
  readonly name: 'ethereumjs' | 'geth'
  /** The block that the chain ends in. */
  head(): Promise<Header>
  /** A block by its hash, or by its number in the chain that ends in the head. */
  block(id: Hex | number): Promise<EngineBlock | undefined>
  /**
   * Makes the block of these attributes on the head. Candidates that Ethereum's rules do not let
   * stand at their place are dropped. The block is neither stored nor the head.
   * @throws Engine.ParentIsNotHead
   */
  build(attributes: Attributes): Promise<Built>
  /** Validates a block and stores it with its state. The head does not move. */
  insert(block: Uint8Array): Promise<Verdict>
  /** Moves the head, and what counts as safe and final, to stored blocks; back too. */
  setHead(hash: Hex, finality?: { safe?: Hex; finalized?: Hex }): Promise<void>
  /**
   * What executing a stored block reads of its parent's state, as execution clients exchange it
   * (RLP).
   */
  witness(hash: Hex): Promise<Uint8Array>
  /** Trie nodes from a block's state root to an account and some of its slots, each once. */
  proof(hash: Hex, address: Hex, slots: readonly Hex[]): Promise<Uint8Array[]>
  /** Answers a read of JSON-RPC. @throws RpcError */
  request(method: string, params: readonly unknown[]): Promise<unknown>
  close(): Promise<void>
}

export type Built = EngineBlock & {
  /** Candidates that do not stand, by their position in the attributes. */
  dropped: readonly { index: number; reason: string }[]
}

export type Verdict =
  | { status: 'valid'; header: Header }
  | { status: 'invalid'; reason: string }
  /** Its parent is not stored. */
  | { status: 'orphan'; parentHash: Hex }
