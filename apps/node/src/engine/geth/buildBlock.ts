import { type Hex, toHex } from '@ambrosia/primitives/Bytes'
import type { Attributes } from '@ambrosia/rollup/Derivation'
import type { Built } from '../Engine.ts'
import { type IpcClient, IpcError } from './IpcClient.ts'
import { toAttributes } from './payload.ts'

type Envelope = { executionPayload: { blockHash: Hex }; executionRequests?: Hex[] }

/**
 * Builds a block on the head and has go-ethereum keep it.
 * @returns its hash, and the candidates that don't stand
 */
export async function buildBlock(
  ipc: IpcClient,
  attributes: Attributes,
): Promise<{ hash: Hex; dropped: Built['dropped'] }> {
  const { envelope, dropped } = await buildStanding(attributes, (transactions) =>
    ipc.call<Envelope>('testing_buildBlockV1', [
      attributes.parentHash,
      toAttributes(attributes),
      transactions.map(toHex),
      attributes.extraData,
    ]),
  )
  const { executionPayload, executionRequests = [] } = envelope
  const { status } = await ipc.call<{ status: string }>('engine_newPayloadV4', [
    executionPayload,
    [],
    attributes.anchor,
    executionRequests,
  ])
  if (status !== 'VALID') throw new Error(`an own block is ${status}`)
  return { hash: executionPayload.blockHash, dropped }
}

/**
 * Builds with as many of the candidates as stand. go-ethereum refuses a whole list for one of them
 * and does not say which, so the first one is found by halving: a beginning of the list builds
 * exactly if all of it stands.
 */
async function buildStanding(
  attributes: Attributes,
  build: (transactions: readonly Uint8Array[]) => Promise<Envelope>,
) {
  let standing = attributes.candidates.map((raw, index) => ({ raw, index }))
  const dropped: Built['dropped'][number][] = []
  const tryFirst = async (count: number): Promise<Envelope | Error> => {
    try {
      return await build(standing.slice(0, count).map(({ raw }) => raw))
    } catch (error) {
      if (error instanceof IpcError) return error
      throw error
    }
  }
  for (let known = 0; ; ) {
    const whole = await tryFirst(standing.length)
    if (!(whole instanceof Error)) return { envelope: whole, dropped }
    let failing = standing.length
    let reason = whole.message
    while (failing - known > 1) {
      const middle = Math.floor((known + failing) / 2)
      const result = await tryFirst(middle)
      if (result instanceof Error) {
        failing = middle
        reason = result.message
      } else known = middle
    }
    const bad = standing[failing - 1]
    // Without any candidate it is the attributes that are at fault.
    if (bad === undefined) throw whole
    dropped.push({ index: bad.index, reason })
    standing = standing.filter(({ index }) => index !== bad.index)
  }
}
