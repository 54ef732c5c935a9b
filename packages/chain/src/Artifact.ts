import type { Hex } from 'viem'

/** A compiled contract: what deployment sends, and what then stands on the chain. */
export type Artifact = {
  /** Creation code without constructor arguments. */
  bytecode: Hex
  /** Runtime code, zeroes where immutables stand. */
  runtime: Hex
  /** Where immutables stand in the runtime code, in bytes. */
  immutables: readonly { start: number; length: number }[]
}

/** Artifacts by the names in `contracts/sources.json`. */
export type Artifacts = Readonly<Record<string, Artifact>>
