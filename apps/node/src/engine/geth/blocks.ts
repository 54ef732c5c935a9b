import { fromHex, type Hex } from '@ambrosia/primitives/Bytes'
import type { Verdict } from '../Engine.ts'
import { decodeBlock, decodeHeader, type EngineBlock, type Header } from '../Header.ts'
import { type IpcClient, IpcError } from './IpcClient.ts'
import { moveHead } from './moveHead.ts'
import { quantity, toPayload } from './payload.ts'

/** Blocks inserted before the head has to move: go-ethereum keeps only this many aside. */
const ASIDE_COUNT = 32

type Status = { status: string; validationError?: string | null; latestValidHash?: Hex | null }

/** The blocks that go-ethereum keeps. */
export function createBlocks(ipc: IpcClient) {
  let aside = 0
  const block = async (id: Hex | number): Promise<EngineBlock | undefined> => {
    try {
      const name = typeof id === 'number' ? quantity(id) : id
      const bytes = await ipc.call<Hex>('debug_getRawBlock', [name])
      // An unknown number is answered with nothing, an unknown hash with an error.
      return bytes === '0x' ? undefined : decodeBlock(fromHex(bytes))
    } catch (error) {
      if (error instanceof IpcError && /not found/.test(error.message)) return undefined
      throw error
    }
  }
  const head = async (): Promise<Header> =>
    decodeHeader(fromHex(await ipc.call<Hex>('debug_getRawHeader', ['latest'])))

  /** The head moves before go-ethereum forgets what it keeps aside. */
  const noteInserted = async (header: Header): Promise<void> => {
    aside++
    if (aside < ASIDE_COUNT || header.number <= (await head()).number) return
    await moveHead(ipc, header.hash)
    aside = 0
  }

  return {
    block,
    head,
    async insert(bytes: Uint8Array): Promise<Verdict> {
      let header: Header
      let status: Status
      try {
        header = decodeBlock(bytes).header
        if ((await block(header.hash)) !== undefined) return { status: 'valid', header }
        if ((await block(header.parentHash)) === undefined) {
          return { status: 'orphan', parentHash: header.parentHash }
        }
        const { payload, root } = toPayload(bytes, header.hash)
        status = await ipc.call<Status>('engine_newPayloadV4', [payload, [], root, []])
      } catch (error) {
        if (!isRefusal(error)) throw error
        return { status: 'invalid', reason: error.message }
      }
      if (status.status !== 'VALID') {
        return { status: 'invalid', reason: status.validationError ?? status.status }
      }
      await noteInserted(header)
      return { status: 'valid', header }
    },
    async setHead(hash: Hex, finality: { safe?: Hex; finalized?: Hex } = {}): Promise<void> {
      await moveHead(ipc, hash, finality)
      aside = 0
    },
  }
}

/** The API refuses what it can't decode with an error of its own. */
function isRefusal(error: unknown): error is Error {
  if (error instanceof IpcError) return error.code !== -32603
  return error instanceof Error && error.name === 'Header.Malformed'
}
