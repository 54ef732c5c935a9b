import { oracleAdmissionAbi } from '@ambrosia/chain/abi/admission'
import { stakeBookAbi } from '@ambrosia/chain/abi/stake'
import { medTokenAbi } from '@ambrosia/chain/abi/token'
import { contractOf } from '@ambrosia/chain/Network'
import { readOracle } from '@ambrosia/chain/read/oracle'
import { NotReadyError, waitFor } from '@ambrosia/devnet/start/waitFor'
import { transfer } from '@ambrosia/sdk/transfer'
import { type Address, type LocalAccount, zeroHash } from 'viem'
import { RefusedError } from '../../output.ts'
import type { Session } from '../../Session.ts'
import { whileWaiting } from '../../whileWaiting.ts'

type Registered = {
  /** The state that the registry gives it. */
  status: string
  /** True where it has applied with evidence, on a network that asks for some. */
  applied: boolean
  /** What was paid because the account lacked it, in the smallest units. */
  paid: { wei: bigint; med: bigint }
  /** What to do now, in words. */
  next: string
}

/**
 * Pays what an operator lacks and waits until its service has registered it. Who is registered
 * already is left as it is.
 * @param options.payer asked only where something is to be paid
 * @throws Oracle.NotRunning when the service does not register in time, Chain.*
 */
export async function registerOracle(
  session: Session,
  operator: Address,
  options: { payer: () => LocalAccount; wei: bigint; timeoutMs: number },
): Promise<Registered> {
  const { chain, network } = session
  const staked = Object.hasOwn(network.contracts, 'oracleAdmission')
  const lacks = {
    wei: (await chain.client.getBalance({ address: operator })) === 0n ? options.wei : 0n,
    med: staked ? await missingStake(session, operator) : 0n,
  }
  const way = { chain, to: operator }
  if (lacks.wei > 0n)
    await transfer({ ...way, account: options.payer(), amount: lacks.wei, token: 'ether' })
  if (lacks.med > 0n)
    await transfer({ ...way, account: options.payer(), amount: lacks.med, token: 'MED' })
  const status = async (): Promise<string> =>
    (await readOracle(chain.client, chain.contracts.oracleRegistry, operator)).status
  const isDone = async (): Promise<boolean> =>
    (await status()) !== 'None' && (!staked || (await hasApplied(session, operator)))
  try {
    await whileWaiting(`the service of ${operator} registers`, () =>
      waitFor(`${operator} registers`, isDone, undefined, options.timeoutMs),
    )
  } catch (error) {
    if (error instanceof NotReadyError) throw new NotRunningError(operator, options.timeoutMs)
    throw error
  }
  const now = await status()
  return { status: now, applied: staked, paid: lacks, next: nextOf(operator, now, staked) }
}

/** MED that the least self-stake takes beyond what is staked and what the account holds. */
async function missingStake({ chain, network }: Session, operator: Address): Promise<bigint> {
  const book = { address: contractOf(network, 'stakeBook'), abi: stakeBookAbi } as const
  const args = [operator] as const
  const [own, least, held] = await Promise.all([
    chain.client.readContract({ ...book, functionName: 'selfStakeOf', args }),
    chain.client.readContract({ ...book, functionName: 'leastSelfStake' }),
    chain.client.readContract({
      address: chain.contracts.medToken,
      abi: medTokenAbi,
      functionName: 'balanceOf',
      args,
    }),
  ])
  const missing = least - own - held
  return missing > 0n ? missing : 0n
}

/** True once the chain carries evidence of the operator's node, admitted or not. */
async function hasApplied({ chain, network }: Session, operator: Address): Promise<boolean> {
  const admission = {
    address: contractOf(network, 'oracleAdmission'),
    abi: oracleAdmissionAbi,
    args: [operator],
  } as const
  const [pending, node] = await Promise.all([
    chain.client.readContract({ ...admission, functionName: 'applicationOf' }),
    chain.client.readContract({ ...admission, functionName: 'nodeOf' }),
  ])
  return pending !== zeroHash || node.admittedAt !== 0
}

function nextOf(operator: Address, status: string, staked: boolean): string {
  if (status === 'Active') return 'deals may name it'
  if (staked)
    return `the others verify its evidence and vote; see how far it is: ambrosia oracle doctor ${operator}`
  return `whoever holds the role admits it: ambrosia oracle admit ${operator}`
}

class NotRunningError extends RefusedError {
  constructor(operator: Address, timeoutMs: number) {
    super(
      'Oracle.NotRunning',
      `the service of ${operator} did not register within ${timeoutMs / 1000} s`,
      'Start it, or look into its log: ambrosia oracle serve --help',
    )
  }
}
