import { oracleAdmissionAbi } from '@ambrosia/chain/abi/admission'
import { oracleRegistryAbi } from '@ambrosia/chain/abi/oracle'
import { contractOf } from '@ambrosia/chain/Network'
import { readOracle } from '@ambrosia/chain/read/oracle'
import { findEvent } from '@ambrosia/chain/readEvents'
import type { Hex, LocalAccount, TransactionReceipt } from 'viem'
import { RefusedError } from '../../output.ts'
import type { Session } from '../../Session.ts'

/**
 * Admits an operator in the way of its network: by the registry's role, or as a founder.
 * @throws Oracle.NotRegistered, Oracle.NoApplication, Oracle.Admitted, Chain.*
 */
export async function admitOperator(
  { chain, network }: Session,
  account: LocalAccount,
  operator: Hex,
): Promise<TransactionReceipt> {
  if (Object.hasOwn(network.contracts, 'oracleAdmission')) {
    const admission = {
      address: contractOf(network, 'oracleAdmission'),
      abi: oracleAdmissionAbi,
    } as const
    const isActive = await chain.client.readContract({
      ...admission,
      functionName: 'isActive',
      args: [operator],
    })
    if (isActive) throw new AlreadyAdmittedError()
    const applied = await findEvent(
      chain.client,
      { ...admission, eventName: 'OracleApplied', args: { operator } },
      { fromBlock: chain.fromBlock },
    )
    if (applied === undefined)
      throw new RefusedError(
        'Oracle.NoApplication',
        'this operator has not applied',
        `Start its service, then: ambrosia oracle register ${operator}`,
      )
    return await chain.send(account, {
      ...admission,
      functionName: 'admitFounder',
      args: [applied.args.keys],
    })
  }
  const { oracleRegistry } = chain.contracts
  const { status, measurement } = await readOracle(chain.client, oracleRegistry, operator)
  if (status === 'None')
    throw new RefusedError(
      'Oracle.NotRegistered',
      'this operator has not registered',
      `Start its service, then: ambrosia oracle register ${operator}`,
    )
  if (status === 'Active') throw new AlreadyAdmittedError()
  return await chain.send(account, {
    address: oracleRegistry,
    abi: oracleRegistryAbi,
    functionName: 'admit',
    args: [operator, measurement],
  })
}

class AlreadyAdmittedError extends RefusedError {
  constructor() {
    super('Oracle.Admitted', 'this operator is admitted already')
  }
}
