import type { Address } from 'viem'
import { readContract } from 'viem/actions'
import {
  type Oracle,
  type OracleStatus,
  oracleRegistryAbi,
  oracleStatuses,
} from '../abi/oracle/index.generated.ts'
import { reach } from '../errors.ts'
import type { Reader } from './Deployed.ts'
import { enumName } from './enumName.ts'

/** An oracle as the registry lists it. */
export type RegisteredOracle = Omit<Oracle, 'status'> & { operator: Address; status: OracleStatus }

/** One operator, registered or not. @throws Chain.* */
export async function readOracle(
  client: Reader,
  oracleRegistry: Address,
  operator: Address,
): Promise<RegisteredOracle> {
  const oracle = await reach(() =>
    readContract(client, {
      address: oracleRegistry,
      abi: oracleRegistryAbi,
      functionName: 'oracleOf',
      args: [operator],
    }),
  )
  return { ...oracle, operator, status: enumName(oracleStatuses, oracle.status) }
}

/** Every operator in the order of registration. @throws Chain.* */
export async function readOperators(
  client: Reader,
  oracleRegistry: Address,
): Promise<readonly Address[]> {
  return await reach(() =>
    readContract(client, {
      address: oracleRegistry,
      abi: oracleRegistryAbi,
      functionName: 'operators',
    }),
  )
}
