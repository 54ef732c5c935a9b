import { delegateStake } from '@ambrosia/chain/delegateStake'
import * as Anvil from '@ambrosia/devnet/Anvil'
import { developmentAccount } from '@ambrosia/devnet/accounts'
import { giveEther } from '@ambrosia/devnet/start/giveEther'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { type Address, type LocalAccount, parseEventLogs } from 'viem'
import type { Ground } from '../frame/startGround.ts'
import type { Contracts } from './Contracts.ts'

/** An account with MED behind an operator. */
export async function delegate(
  ground: Ground,
  contracts: Contracts,
  operator: Address,
  assets: bigint,
): Promise<LocalAccount> {
  const { chain } = ground.network
  const delegator = ground.wallet.account('delegator')
  await giveEther(chain, delegator.address)
  await chain.send(developmentAccount('consumer'), {
    ...contracts.token,
    functionName: 'transfer',
    args: [delegator.address, assets],
  })
  const places = { stakeBook: contracts.stake.address, medToken: contracts.token.address }
  await delegateStake(chain.client, delegator, places, { operator, amount: assets })
  return delegator
}

/**
 * Begins to leave with all shares. Returns the cohort that the stake waits in.
 * @throws Demo.NotLeaving
 */
export async function undelegate(
  ground: Ground,
  contracts: Contracts,
  operator: Address,
  delegator: LocalAccount,
): Promise<bigint> {
  const { chain } = ground.network
  const { shares } = await chain.client.readContract({
    ...contracts.stake,
    functionName: 'delegationOf',
    args: [operator, delegator.address],
  })
  const { logs } = await chain.send(delegator, {
    ...contracts.stake,
    functionName: 'undelegate',
    args: [operator, shares],
  })
  const [left] = parseEventLogs({ abi: contracts.stake.abi, logs, eventName: 'Undelegated' })
  if (left === undefined) throw new NotLeavingError()
  return left.args.cohort
}

/** Waits, on the chain's clock, until a cohort has matured. */
export async function mature(
  ground: Ground,
  contracts: Contracts,
  exit: { operator: Address; cohort: bigint; delegator: Address },
): Promise<void> {
  const { client } = ground.network.chain
  const [, , maturesAt] = await client.readContract({
    ...contracts.stake,
    functionName: 'exitOf',
    args: [exit.operator, exit.cohort, exit.delegator],
  })
  const { timestamp } = await client.getBlock()
  await Anvil.advanceTime(client, Number(maturesAt - timestamp) + 1)
}

/** Takes what a cohort is due. Returns the amount. */
export async function withdraw(
  ground: Ground,
  contracts: Contracts,
  operator: Address,
  exit: { cohort: bigint; delegator: LocalAccount },
): Promise<bigint> {
  const { logs } = await ground.network.chain.send(exit.delegator, {
    ...contracts.stake,
    functionName: 'withdraw',
    args: [operator, exit.cohort],
  })
  const [withdrawn] = parseEventLogs({ abi: contracts.stake.abi, logs, eventName: 'Withdrawn' })
  return withdrawn?.args.assets ?? 0n
}

export class NotLeavingError extends AmbrosiaError {
  constructor() {
    super('Demo.NotLeaving', 'the delegation did not begin to leave')
  }
}
