import { penaltyDeskAbi } from '@ambrosia/chain/abi/evidence'
import { oracleRegistryAbi } from '@ambrosia/chain/abi/oracle'
import { stakeBookAbi } from '@ambrosia/chain/abi/stake'
import { contractOf } from '@ambrosia/chain/Network'
import { readOracle } from '@ambrosia/chain/read/oracle'
import { readEvents } from '@ambrosia/chain/readEvents'
import { readRecords } from '@ambrosia/sdk/readRecords'
import { type Hex, isAddressEqual } from 'viem'
import type { Session } from '../../Session.ts'

/** What the chain knows of an operator; amounts are decimal strings in the smallest unit. */
export type OracleRecord = {
  operator: Hex
  status: string
  endpoint: string
  commissionBps: number
  power: string
  stake: string
  ownStake: string
  /** Sales whose certificate it signed, and its shares of their prices. */
  certified: number
  earned: string
  /** Commission on the rewards of its delegators that it has not taken yet. */
  commission: string
  punished: number
  taken: string
}

/** Reads all of it. @throws Chain.* */
export async function recordOf(session: Session, operator: Hex): Promise<OracleRecord> {
  const { chain } = session
  const { oracleRegistry } = chain.contracts
  const [entry, power, records, stake] = await Promise.all([
    readOracle(chain.client, oracleRegistry, operator),
    chain.client.readContract({
      address: oracleRegistry,
      abi: oracleRegistryAbi,
      functionName: 'powerOf',
      args: [operator],
    }),
    readRecords(chain, {}),
    readStake(session, operator),
  ])
  const shares = records.flatMap(({ record }) =>
    record.shares.filter(({ oracle }) => isAddressEqual(oracle, operator)),
  )
  return {
    operator,
    status: entry.status,
    endpoint: entry.endpoint,
    commissionBps: entry.commissionBps,
    power: power.toString(),
    certified: shares.length,
    earned: shares.reduce((sum, { amount }) => sum + amount, 0n).toString(),
    ...stake,
  }
}

async function readStake(
  { chain, network }: Session,
  operator: Hex,
): Promise<Pick<OracleRecord, 'stake' | 'ownStake' | 'commission' | 'punished' | 'taken'>> {
  if (!Object.hasOwn(network.contracts, 'stakeBook'))
    return { stake: '0', ownStake: '0', commission: '0', punished: 0, taken: '0' }
  const book = { address: contractOf(network, 'stakeBook'), abi: stakeBookAbi } as const
  const [pool, own, punished] = await Promise.all([
    chain.client.readContract({ ...book, functionName: 'poolOf', args: [operator] }),
    chain.client.readContract({ ...book, functionName: 'selfStakeOf', args: [operator] }),
    readEvents(
      chain.client,
      {
        address: contractOf(network, 'penaltyDesk'),
        abi: penaltyDeskAbi,
        eventName: 'Punished',
        args: { operator },
      },
      { fromBlock: chain.fromBlock },
    ),
  ])
  return {
    stake: pool.assets.toString(),
    ownStake: own.toString(),
    commission: pool.commissionEarned.toString(),
    punished: punished.length,
    taken: punished.reduce((sum, { args }) => sum + args.amount, 0n).toString(),
  }
}
