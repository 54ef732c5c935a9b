import type { Abi, Hex } from 'viem'

/** What deployment needs of one contract. `bytecode` is creation code without constructor arguments. */
export type Artifact = { abi: Abi; bytecode: Hex }

/** Artifacts by the names in `contracts/sources.json`. */
export type Artifacts = Record<string, Artifact>
