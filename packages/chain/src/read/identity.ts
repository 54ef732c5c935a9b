import type { Hex } from 'viem'
import { type Document, didRegistryAbi } from '../abi/identity/index.generated.ts'
import { readEvents } from '../readEvents.ts'
import type { Deployed, Reader } from './Deployed.ts'

/** A did:ambrosia document as it stood at a block. */
export type DidVersion = Document & {
  /** Block of the change that made this version. */
  versionBlock: bigint
  version: number
  deactivated: boolean
}

/** Every version of a DID up to a block, oldest first. @throws Chain.* */
export async function readDidVersions(
  client: Reader,
  didRegistry: Deployed,
  id: Hex,
  toBlock?: bigint,
): Promise<DidVersion[]> {
  const { address, fromBlock } = didRegistry
  const logs = await readEvents(
    client,
    { address, abi: didRegistryAbi, eventName: 'DidDocumentChanged', args: { id } },
    { fromBlock, toBlock },
  )
  return logs.map(({ args, blockNumber }) => ({
    ...args.document,
    versionBlock: blockNumber,
    version: args.version,
    deactivated: args.deactivated,
  }))
}
