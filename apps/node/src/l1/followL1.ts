import { batchesAbi, inboxAbi } from '@ambrosia/chain/abi/rollup'
import type { Finality } from '@ambrosia/chain/finality'
import { type CursorStore, followEvents } from '@ambrosia/chain/follow'
import { fromHex, type Hex } from '@ambrosia/primitives/Bytes'
import type { Kind } from '@ambrosia/rollup/InboxEntry'
import type { L2Network } from '@ambrosia/rollup/network/L2Network'
import type { Log } from '@ambrosia/service/Log'
import type { PublicClient } from 'viem'
import type { L1Log, NewEntry, NewRecord } from './L1Log.ts'

const ABI = [...inboxAbi, ...batchesAbi] as const

export type FollowOptions = {
  client: PublicClient
  network: L2Network
  log: L1Log
  cursor: CursorStore
  finality: Finality
  pollMs: number
  signal: AbortSignal
  logger: Log
  /** Told after every range that said something, and after a reorganisation. */
  onChange: () => Promise<void>
}

/** Follows inbox and records of the network until the signal. @throws L1Log.Inconsistent */
export function followL1(options: FollowOptions): Promise<void> {
  const { client, network, log, signal, logger, onChange } = options
  const { inbox, batches } = network.contracts
  return followEvents({
    client,
    address: [inbox, batches],
    abi: ABI,
    from: BigInt(network.fromBlock),
    finality: options.finality,
    cursor: options.cursor,
    pollMs: options.pollMs,
    signal,
    async onLogs(events) {
      const entries: NewEntry[] = []
      const records: NewRecord[] = []
      for (const event of events) {
        const l1Block = Number(event.blockNumber)
        if (event.eventName === 'EntryAppended') {
          const { entry, sealed_, anchor } = event.args
          entries.push({
            entry: {
              kind: entry.kind as Kind,
              index: Number(entry.index),
              timestamp: Number(entry.timestamp),
              sender: lower(entry.sender),
              token: lower(entry.token),
              amount: entry.amount,
              commitment: entry.commitment,
              sealed: fromHex(sealed_),
              encryptionKey: entry.encryptionKey,
              metadataHash: entry.metadataHash,
            },
            anchor,
            l1Block,
          })
        } else if (event.eventName === 'BatchRecorded') {
          const { index, commitment, inboxCount, anchor, l1Timestamp, accumulator } = event.args
          const record = {
            position: Number(index),
            commitment,
            inboxCount: Number(inboxCount),
            anchor,
            l1Timestamp: Number(l1Timestamp),
            accumulator,
          }
          records.push({ record, l1Block })
        }
      }
      if (entries.length + records.length === 0) return
      await log.append(entries, records)
      await onChange()
    },
    async onReorganisation(from) {
      logger.warn({ from: Number(from) }, 'L1 was reorganised')
      await log.forgetFrom(Number(from))
      await onChange()
    },
    onUnreachable: (error) => logger.warn({ err: error }, 'L1 does not answer'),
  })
}

function lower(address: Hex): Hex {
  return address.toLowerCase() as Hex
}
