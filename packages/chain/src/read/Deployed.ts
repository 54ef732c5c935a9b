import type { Address, Chain, Client, Transport } from 'viem'

/** Anything of viem that can ask a node. */
export type Reader = Client<Transport, Chain | undefined>

/**
 * A contract and the first block that can hold its events: nodes answer logs for a limited number
 * of blocks at a time.
 */
export type Deployed = { address: Address; fromBlock: bigint }
