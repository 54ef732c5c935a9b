import { oracleAdmissionAbi, registryKeeperAbi } from '@ambrosia/chain/abi/admission'
import { oracleRegistryAbi } from '@ambrosia/chain/abi/oracle'
import { stakeBookAbi } from '@ambrosia/chain/abi/stake'
import { medTokenAbi } from '@ambrosia/chain/abi/token'
import { delegateStake } from '@ambrosia/chain/delegateStake'
import { reach } from '@ambrosia/chain/errors'
import { send } from '@ambrosia/chain/send'
import { toHex } from '@ambrosia/primitives/Bytes'
import type { Address } from 'viem'
import type { OracleConfig } from '../config.ts'
import type { Application } from '../enclave/Enclave.ts'
import { register } from '../jobs/register.ts'
import type { Oracle, OracleNetwork } from '../Oracle.ts'
import { gatherVotes } from './peers.ts'
import type { NetworkReader } from './readNetwork.ts'

/** How long an application counts, seconds. */
const APPLICATION_LIFE_SEC = 3600n
/** Evidence that ends sooner than this is renewed, seconds. */
const RENEWAL_SEC = 86_400

type Joining = {
  oracle: Oracle
  network: OracleNetwork
  reader: NetworkReader
  config: OracleConfig
  endpoint: string
  registry: Address
}

/**
 * Brings this oracle into the network, one step after another as far as it can be taken now:
 * registers, stakes what its account holds of the least self-stake, applies with evidence, gathers
 * the others' votes, and has the registry say so. Each run goes on where the chain stands. True
 * when the registry says what admission says of an admitted oracle: nothing is left to do until
 * the chain moves.
 */
export async function join(joining: Joining): Promise<boolean> {
  const { oracle, reader } = joining
  const operator = oracle.operator.address
  await register(oracle, joining)
  if (!(await alignRegistry(joining))) return false
  if (!(await stake(joining))) return false
  const admitted = await isAdmitted(joining)
  if (!admitted) await apply(joining)
  const { operator: _, status, ...entry } = await oracle.chain.oracle(operator)
  const inOrder = await reader.isInOrder(operator, entry)
  if (inOrder === (status === 'Active')) return admitted && inOrder
  await send(oracle.client, oracle.operator, {
    address: joining.network.registryKeeper,
    abi: registryKeeperAbi,
    functionName: 'sync',
    args: [operator],
  })
  oracle.log.info({ operator, inOrder }, 'the registry is in step with admission')
  return false
}

/**
 * Has the registry hold the keys and the program of this oracle's enclave, after an upgrade or
 * where keys were lost. False while it is not registered.
 */
async function alignRegistry({ oracle, registry }: Joining): Promise<boolean> {
  const { client, operator, described, log } = oracle
  const entry = await oracle.chain.oracle(operator.address)
  if (entry.status === 'None') return false
  const contract = { address: registry, abi: oracleRegistryAbi } as const
  const encryptionKey = toHex(described.publicKey)
  if (entry.measurement !== described.measurement) {
    const args = [described.measurement] as const
    await send(client, operator, { ...contract, functionName: 'setMeasurement', args })
    log.info({ measurement: described.measurement }, 'another program is registered')
  }
  if (entry.signer !== described.signer) {
    const args = [described.signer, described.possession] as const
    await send(client, operator, { ...contract, functionName: 'setSigner', args })
    log.info({ signer: described.signer }, 'another signing key is registered')
  }
  if (entry.encryptionKey !== encryptionKey) {
    const args = [encryptionKey] as const
    await send(client, operator, { ...contract, functionName: 'setEncryptionKey', args })
    log.info('another encryption key is registered')
  }
  return true
}

/** True once the operator has the least self-stake. */
async function stake({ oracle, network, config }: Joining): Promise<boolean> {
  const { client, operator } = oracle
  const book = { address: network.stakeBook, abi: stakeBookAbi } as const
  const read = <T>(work: () => Promise<T>): Promise<T> => reach(work)
  const pool = await read(() =>
    client.readContract({ ...book, functionName: 'poolOf', args: [operator.address] }),
  )
  if (pool.struckOff) return false
  if (!pool.registered) {
    const { commissionBps, commissionCapBps } = config
    const maximumChangeBps = Math.min(100, commissionCapBps)
    await send(client, operator, {
      ...book,
      functionName: 'registerOperator',
      args: [{ commissionBps, commissionCapBps, maximumChangeBps }],
    })
  }
  const [own, least] = await Promise.all([
    read(() =>
      client.readContract({ ...book, functionName: 'selfStakeOf', args: [operator.address] }),
    ),
    read(() => client.readContract({ ...book, functionName: 'leastSelfStake' })),
  ])
  if (own >= least) return true
  const token = { address: network.medToken, abi: medTokenAbi } as const
  const balance = await read(() =>
    client.readContract({ ...token, functionName: 'balanceOf', args: [operator.address] }),
  )
  const missing = least - own
  if (balance < missing) return false
  const stake = { operator: operator.address, amount: missing }
  await delegateStake(client, operator, network, stake)
  oracle.log.info({ staked: missing.toString() }, 'staked')
  return true
}

async function isAdmitted({ oracle, reader }: Joining): Promise<boolean> {
  const { operator, described } = oracle
  const [node, active] = await Promise.all([
    reader.nodeOf(operator.address),
    reader.isActive(operator.address),
  ])
  const { timestamp } = await reach(() => oracle.client.getBlock())
  const isOurs = node.signer === described.signer && node.measurement === described.measurement
  return active && isOurs && node.validUntil > Number(timestamp) + RENEWAL_SEC
}

async function apply(joining: Joining): Promise<void> {
  const { oracle, network, reader } = joining
  const { client, operator, enclave, log } = oracle
  const admission = { address: network.oracleAdmission, abi: oracleAdmissionAbi } as const
  const { timestamp, number, parentHash } = await reach(() => client.getBlock())
  const pending = await reader.pendingOf(operator.address)
  const application =
    pending === undefined ? undefined : await reader.applicationOf(operator.address, pending)
  if (
    pending === undefined ||
    application === undefined ||
    !isFresh(application, oracle, timestamp)
  ) {
    const expiresAtSec = timestamp + APPLICATION_LIFE_SEC
    const { keys, possession, evidence } = await enclave.apply(parentHash, expiresAtSec)
    await send(client, operator, {
      ...admission,
      functionName: 'applyWith',
      // Of the newest block no contract knows the hash while it is simulated on it.
      args: [toSolidity(keys), number - 1n, '0x', '0x', possession, toHex(evidence)],
    })
    log.info({ expiresAtSec: Number(expiresAtSec) }, 'applied for admission')
    return
  }
  const active = (await reader.activeMembers()).filter((one) => one.operator !== operator.address)
  // The founding role admits the first ones; nobody could vote for them.
  if (BigInt(active.length) < (await reader.founders())) return
  const votes = await gatherVotes(oracle, active, operator.address)
  if (votes.length * 3 < active.length * 2) return
  await send(client, operator, {
    ...admission,
    functionName: 'admit',
    args: [toSolidity(application.keys), votes],
  })
  log.info({ votes: votes.length }, 'admitted')
}

function isFresh({ keys }: Application, { described }: Oracle, nowSec: bigint): boolean {
  return keys.signer === described.signer && keys.expiresAtSec > nowSec + 60n
}

function toSolidity({ expiresAtSec, ...keys }: Application['keys']) {
  return { ...keys, expiresAt: expiresAtSec }
}
