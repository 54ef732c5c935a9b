import { oracleRegistryAbi } from '@ambrosia/chain/abi/oracle'
import { send } from '@ambrosia/chain/send'
import { toHex } from '@ambrosia/primitives/Bytes'
import type { Address } from 'viem'
import type { OracleConfig } from '../config.ts'
import type { Oracle } from '../Oracle.ts'

/**
 * Registers this oracle once, with the ether of its operator account. Until the account has some it
 * waits: the account stands at `/v1/service`. Admission is for the registry's admitter.
 * @returns true where it was registered before
 */
export async function register(
  oracle: Oracle,
  registration: { registry: Address; endpoint: string; config: OracleConfig },
): Promise<boolean> {
  const { client, operator, described, chain, log } = oracle
  const { registry, endpoint, config } = registration
  const { status } = await chain.oracle(operator.address)
  if (status !== 'None') return true
  if ((await client.getBalance({ address: operator.address })) === 0n) return false
  await send(client, operator, {
    address: registry,
    abi: oracleRegistryAbi,
    functionName: 'register',
    args: [
      {
        endpoint,
        signer: described.signer,
        encryptionKey: toHex(described.publicKey),
        measurement: described.measurement,
        commissionBps: config.commissionBps,
        commissionCapBps: config.commissionCapBps,
        maximumChangeBps: Math.min(100, config.commissionCapBps),
      },
      described.possession,
    ],
  })
  log.info({ operator: operator.address }, 'registered; waiting to be admitted')
  return false
}
