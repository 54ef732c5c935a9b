import { createOracleClient } from '@ambrosia/api/oracle/OracleClient'
import * as Anvil from '@ambrosia/devnet/Anvil'
import { serviceProgram } from '@ambrosia/devnet/services'
import { fundOperator } from '@ambrosia/devnet/start/foundOracles'
import { waitFor } from '@ambrosia/devnet/start/waitFor'
import * as OracleSet from '@ambrosia/exchange/quorum/OracleSet'
import { fromHex } from '@ambrosia/primitives/Bytes'
import { type Address, isAddressEqual } from 'viem'
import type { Ground } from '../frame/startGround.ts'
import type { Contracts } from './Contracts.ts'

/** Enclave of the oracle that will lie; `apps/oracle/src/testing/lyingEnclave.ts`. */
const LYING_ENCLAVE = new URL('../../../../oracle/src/testing/lyingEnclave.ts', import.meta.url)

export type Newcomer = { name: string; url: string; operator: Address }

/** Starts one more oracle, funds its operator, and waits until the others have voted it in. */
export async function joinLiar(
  ground: Ground,
  contracts: Contracts,
  signal: AbortSignal,
): Promise<Newcomer> {
  const { network } = ground
  const { home, statusPeriodSec, chain } = network
  const name = `oracle-${network.operators.length + 1}`
  const program = serviceProgram({ name, port: 0 }, { home, statusPeriodSec })
  const env = { ...program.env, AMBROSIA_ENCLAVE_PROGRAM: LYING_ENCLAVE.pathname }
  const { url } = await network.supervisor.add({ ...program, env })
  const client = createOracleClient({ url, fetch, now: Date.now })
  const { account: operator } = await client.service()
  await fundOperator(network.file, chain, operator)
  const isActive = () =>
    chain.client.readContract({
      ...contracts.admission,
      functionName: 'isActive',
      args: [operator],
    })
  await waitFor(`${name} is admitted`, isActive, signal)
  return { name, url, operator }
}

/**
 * Waits for an epoch later than this one, mining as other chains do by themselves. Returns its
 * number.
 */
async function nextEpoch(
  ground: Ground,
  contracts: Contracts,
  after: bigint,
  signal: AbortSignal,
): Promise<bigint> {
  const { client } = ground.network.chain
  const current = () => client.readContract({ ...contracts.epochs, functionName: 'currentEpoch' })
  await waitFor(
    `epoch ${after + 1n} begins`,
    async () => {
      if ((await current()) > after) return true
      await Anvil.mine(client)
      return false
    },
    signal,
  )
  return await current()
}

/** Waits for an epoch that an operator belongs to, or does not. Returns its number. */
export async function epochWhere(
  ground: Ground,
  contracts: Contracts,
  { operator, isMember }: { operator: Address; isMember: boolean },
  signal: AbortSignal,
): Promise<bigint> {
  const { client } = ground.network.chain
  for (;;) {
    const epoch = await client.readContract({ ...contracts.epochs, functionName: 'currentEpoch' })
    const { set } = await client.readContract({
      ...contracts.epochs,
      functionName: 'epochOf',
      args: [epoch],
    })
    const members = OracleSet.decode(fromHex((await client.getCode({ address: set })) ?? '0x'))
    if (members.some((member) => isAddressEqual(member.operator, operator)) === isMember)
      return epoch
    await nextEpoch(ground, contracts, epoch, signal)
  }
}

/** Waits until a service says that it is ready. */
export async function ready(url: string, signal: AbortSignal): Promise<void> {
  await waitFor(`${url} is ready`, async () => (await fetch(`${url}/ready`)).ok, signal)
}
