import { createOracleClient } from '@ambrosia/api/oracle/OracleClient'
import { oracleAdmissionAbi, oracleMeasurementsAbi } from '@ambrosia/chain/abi/admission'
import { stakeBookAbi } from '@ambrosia/chain/abi/stake'
import { contractOf } from '@ambrosia/chain/Network'
import { type RegisteredOracle, readOracle } from '@ambrosia/chain/read/oracle'
import { type Hex, isAddressEqual } from 'viem'
import { amount, time } from '../../figures.ts'
import { outwardFetch } from '../../outwardFetch.ts'
import type { Session } from '../../Session.ts'
import { examineEpoch } from './examineEpoch.ts'
import type { Finding } from './Finding.ts'

/** Everything that keeps an oracle from working, in the order in which it is to be mended. */
export async function examine(session: Session, operator: Hex): Promise<Finding[]> {
  const { chain } = session
  const entry = await readOracle(chain.client, chain.contracts.oracleRegistry, operator)
  const ether = await chain.client.getBalance({ address: operator })
  const findings: Finding[] = [
    {
      ok: ether > 0n,
      what: `the operator has ${amount(ether, { symbol: 'ether', decimals: 18 })} for gas`,
      next: `Send it some: ambrosia oracle fund ${operator}`,
    },
    {
      ok: entry.status !== 'None',
      what: `the registry says ${entry.status}`,
      next: `Start its service, then: ambrosia oracle register ${operator}`,
    },
  ]
  if (Object.hasOwn(session.network.contracts, 'oracleAdmission'))
    findings.push(...(await examineNetwork(session, operator)))
  if (entry.status === 'None') return findings
  findings.push({
    ok: entry.status === 'Active',
    what: `deals may name it: ${entry.status === 'Active' ? 'yes' : 'no'}`,
    next: `Have it admitted: ambrosia oracle admit ${operator}`,
  })
  return [...findings, ...(await examineService(session, entry))]
}

async function examineNetwork(session: Session, operator: Hex): Promise<Finding[]> {
  const { chain, network } = session
  const { client } = chain
  const stake = { address: contractOf(network, 'stakeBook'), abi: stakeBookAbi } as const
  const admission = {
    address: contractOf(network, 'oracleAdmission'),
    abi: oracleAdmissionAbi,
  } as const
  const read = { args: [operator] } as const
  const [own, least, pool, isFit, node, isActive, block] = await Promise.all([
    client.readContract({ ...stake, ...read, functionName: 'selfStakeOf' }),
    client.readContract({ ...stake, functionName: 'leastSelfStake' }),
    client.readContract({ ...stake, ...read, functionName: 'poolOf' }),
    client.readContract({ ...stake, ...read, functionName: 'isFit' }),
    client.readContract({ ...admission, ...read, functionName: 'nodeOf' }),
    client.readContract({ ...admission, ...read, functionName: 'isActive' }),
    client.getBlock(),
  ])
  const mayRun =
    node.admittedAt !== 0 &&
    (await client.readContract({
      address: contractOf(network, 'oracleMeasurements'),
      abi: oracleMeasurementsAbi,
      functionName: 'isActive',
      args: [node.measurement],
    }))
  const isJailed = pool.jailedUntil > Number(block.timestamp)
  const next = pool.struckOff
    ? 'It was struck off for ever: found another operator.'
    : `Unjail it after ${time(pool.jailedUntil)}.`
  return [
    {
      ok: own >= least,
      what: `its own stake is ${amount(own)} of ${amount(least)} at least`,
      next: `Fund it: ambrosia oracle fund ${operator} --med ...`,
    },
    {
      ok: !pool.struckOff && !isJailed,
      what: pool.struckOff ? 'it was struck off' : isJailed ? 'it is in jail' : 'it is free',
      next,
    },
    { ok: isFit, what: `its stake counts: ${isFit ? 'yes' : 'no'}`, next: 'See above.' },
    {
      ok: node.admittedAt !== 0 && node.validUntil > Number(block.timestamp),
      what:
        node.admittedAt === 0
          ? 'it was never admitted'
          : `its evidence counts until ${time(node.validUntil)}`,
      next: 'The service applies by itself while it runs; the others must vote.',
    },
    {
      ok: mayRun,
      what: `its program may run: ${mayRun ? 'yes' : 'no'}`,
      next: 'Upgrade it to an allowed program; it applies again by itself.',
    },
    { ok: isActive, what: `it is active: ${isActive ? 'yes' : 'no'}`, next: 'See above.' },
    await examineEpoch(session, operator),
  ]
}

async function examineService({ network }: Session, entry: RegisteredOracle): Promise<Finding[]> {
  const { endpoint } = entry
  const get = outwardFetch(network.rpcUrl)
  try {
    const service = await createOracleClient({ url: endpoint, fetch: get, now: Date.now }).service()
    const ready = await get(`${endpoint}/ready`)
    const checks = ready.ok ? '' : ` (${(await ready.text()).slice(0, 200)})`
    return [
      { ok: true, what: `${endpoint} answers` },
      {
        ok: isAddressEqual(service.account, entry.operator),
        what: `it is the service of ${service.account}`,
        next: 'Another service has its address: set AMBROSIA_PUBLIC_URL.',
      },
      {
        ok: isAddressEqual(service.signer, entry.signer),
        what: 'it signs with the registered key',
        next: 'Its keys were lost or replaced: register the new ones.',
      },
      {
        ok: ready.ok,
        what: `it is ready: ${ready.ok ? 'yes' : 'no'}${checks}`,
        next: 'Read its log.',
      },
    ]
  } catch {
    const next = 'Start it, or mend its address or the network between.'
    return [{ ok: false, what: `${endpoint} answers`, next }]
  }
}
