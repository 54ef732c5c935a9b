import { createOracleClient, type OracleService } from '@ambrosia/api/oracle/OracleClient'
import { oracleAdmissionAbi, oracleMeasurementsAbi } from '@ambrosia/chain/abi/admission'
import { stakeBookAbi } from '@ambrosia/chain/abi/stake'
import { medTokenAbi } from '@ambrosia/chain/abi/token'
import { contractOf } from '@ambrosia/chain/Network'
import { findEvent } from '@ambrosia/chain/readEvents'
import type { Chain } from '@ambrosia/sdk/Chain'
import type { Address } from 'viem'
import * as Anvil from '../Anvil.ts'
import { developmentAccount } from '../accounts.ts'
import type { NetworkFile } from '../NetworkFile.ts'
import { giveEther } from './giveEther.ts'
import { waitFor } from './waitFor.ts'

/**
 * Founds an oracle network: its program is allowed, each operator gets ether and the least
 * self-stake, and whoever applies is admitted by the founding role. What comes later, joins by
 * votes.
 * @throws Devnet.NotReady, Interrupted
 */
export async function foundOracles(
  file: NetworkFile,
  chain: Chain,
  signal: AbortSignal | undefined,
): Promise<Address[]> {
  const services = await Promise.all(
    file.services.oracles.map((url) => createOracleClient({ url, fetch, now: Date.now }).service()),
  )
  const active = await Promise.all(services.map(({ account }) => isActive(file, chain, account)))
  // A network that comes back has its founders.
  const founders = services.filter((_, index) => active[index] !== true)
  for (const service of founders) {
    await allowProgram(file, chain, service)
    await fundOperator(file, chain, service.account)
  }
  await Promise.all(
    founders.map(({ account }) =>
      waitFor(`${account} applies`, () => hasApplied(file, chain, account), signal),
    ),
  )
  for (const { account } of founders) await admitFounder(file, chain, account)
  return services.map(({ account }) => account)
}

/** Gives an operator ether, and MED for its stake. */
export async function fundOperator(
  file: NetworkFile,
  chain: Chain,
  operator: Address,
): Promise<void> {
  await giveEther(chain, operator)
  const least = await chain.client.readContract({
    address: contractOf(file, 'stakeBook'),
    abi: stakeBookAbi,
    functionName: 'leastSelfStake',
  })
  await chain.send(developmentAccount('consumer'), {
    address: chain.contracts.medToken,
    abi: medTokenAbi,
    functionName: 'transfer',
    args: [operator, least],
  })
}

/** Allows the program that an oracle runs, unless it is allowed. */
async function allowProgram(
  file: NetworkFile,
  chain: Chain,
  { measurement, validatorHash }: OracleService,
): Promise<void> {
  const programs = {
    address: contractOf(file, 'oracleMeasurements'),
    abi: oracleMeasurementsAbi,
  } as const
  const known = await chain.client.readContract({
    ...programs,
    functionName: 'measurementOf',
    args: [measurement],
  })
  if (known.activatesAt !== 0n) return
  const { timestamp } = await chain.client.getBlock()
  const nowSec = BigInt(Math.floor(Date.now() / 1000))
  // Active from the very block that allows it: a development chain makes no further one by itself.
  const activatesAt = nowSec > timestamp ? nowSec : timestamp + 1n
  await Anvil.setNextBlockTime(chain.client, activatesAt)
  await chain.send(developmentAccount('deployer'), {
    ...programs,
    functionName: 'allow',
    args: [measurement, validatorHash, activatesAt],
  })
}

async function isActive(file: NetworkFile, chain: Chain, operator: Address): Promise<boolean> {
  return await chain.client.readContract({
    address: contractOf(file, 'oracleAdmission'),
    abi: oracleAdmissionAbi,
    functionName: 'isActive',
    args: [operator],
  })
}

async function hasApplied(file: NetworkFile, chain: Chain, operator: Address): Promise<boolean> {
  const digest = await chain.client.readContract({
    address: contractOf(file, 'oracleAdmission'),
    abi: oracleAdmissionAbi,
    functionName: 'applicationOf',
    args: [operator],
  })
  return !/^0x0+$/.test(digest)
}

async function admitFounder(file: NetworkFile, chain: Chain, operator: Address): Promise<void> {
  const admission = {
    address: contractOf(file, 'oracleAdmission'),
    abi: oracleAdmissionAbi,
  } as const
  const applied = await findEvent(
    chain.client,
    { ...admission, eventName: 'OracleApplied', args: { operator } },
    { fromBlock: chain.fromBlock },
  )
  if (applied === undefined) return
  await chain.send(developmentAccount('deployer'), {
    ...admission,
    functionName: 'admitFounder',
    args: [applied.args.keys],
  })
}
