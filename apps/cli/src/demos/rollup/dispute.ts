// The dispute over the lie, as L1 shows it.

import { claimBookAbi } from '@ambrosia/chain/abi/dispute'
import * as Anvil from '@ambrosia/devnet/Anvil'
import { DEVELOPMENT_DISPUTE as RULES } from '@ambrosia/devnet/l2/startL2'
import { waitFor } from '@ambrosia/devnet/start/waitFor'
import type { L2Network } from '@ambrosia/rollup/network/L2Network'
import type { Hex, PublicClient } from 'viem'

const WAIT_MS = 600_000

/** What a dispute came to: its rounds, and the seconds from its opening to its last position. */
export type Followed = { rounds: number; seconds: number; gas: bigint }

/**
 * Waits until a game has come down to one step, then lets the clock of whoever has no proof of it
 * run out.
 */
export async function followDispute(
  l1: PublicClient,
  network: L2Network,
  signal: AbortSignal,
): Promise<Followed> {
  const book = { address: network.contracts.resolver, abi: claimBookAbi, fromBlock: 0n } as const
  const opened = async () => (await l1.getContractEvents({ ...book, eventName: 'GameOpened' }))[0]
  await waitFor('the lie is challenged', async () => !!(await opened()), signal, WAIT_MS)
  const game = await opened()
  const startedAt = performance.now()
  const args = { game: game?.args.game as Hex }
  const last = async () => {
    const reached = await l1.getContractEvents({ ...book, eventName: 'PositionReached', args })
    return reached.find(({ args: { low = 0n, high = 0n } }) => high - low === 1n)
  }
  await waitFor('one step is left', async () => !!(await last()), signal, WAIT_MS)
  const seconds = (performance.now() - startedAt) / 1000
  const position = await last()
  let gas = 0n
  for (const { transactionHash } of [game, position].filter((log) => log !== undefined)) {
    gas += (await l1.getTransactionReceipt({ hash: transactionHash })).gasUsed
  }
  await Anvil.advanceTime(l1, RULES.clock)
  const rounds = Number(position?.args.depth ?? 0)
  return { rounds, seconds: Math.round(seconds * 10) / 10, gas }
}

/** Lets the time pass in which claims can be challenged. */
export async function letClaimsStand(l1: PublicClient): Promise<void> {
  await Anvil.advanceTime(l1, Number(RULES.window + RULES.grace))
}
