import { call } from '@ambrosia/api/client/call'
import { oracleRoutes } from '@ambrosia/api/oracle/routes'
import type { Sold } from '../exchange/types.ts'
import type { Ground } from '../frame/startGround.ts'
import type { Contracts } from './Contracts.ts'

/** Power that must stand behind the proof, in 1/10000. */
const POWER_BPS = 6666n

/** A proof that one oracle collected from the others, and what its verification on chain takes. */
export type Collected = { signers: number; gas: bigint }

/**
 * Has one oracle collect the others' signatures over the sale's certificate, and the chain verify
 * them.
 * @throws Chain.*
 */
export async function collectProof(
  ground: Ground,
  contracts: Contracts,
  { sale }: Sold,
): Promise<Collected> {
  const { chain, file } = ground.network
  const service = { name: 'oracle', url: file.services.oracles[0] as string, fetch, now: Date.now }
  const { root, proof, signers } = await call(service, oracleRoutes.batchProof, {
    body: { hashes: [sale.certificate.certificateHash] },
  })
  const verify = {
    ...contracts.quorum,
    functionName: 'verify',
    args: [root, BigInt(signers), POWER_BPS, proof],
  } as const
  await chain.client.readContract(verify)
  const gas = await chain.client.estimateContractGas(verify as never)
  return { signers, gas }
}
