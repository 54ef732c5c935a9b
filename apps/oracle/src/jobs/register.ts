import { oracleRegistryAbi } from '@ambrosia/chain/abi/oracle'
import { send } from '@ambrosia/chain/send'
import { fromUtf8, toHex } from '@ambrosia/primitives/Bytes'
import { keccak256 } from '@ambrosia/primitives/Hash'
import type { Address } from 'viem'
import type { OracleConfig } from '../config.ts'
import type { Oracle } from '../Oracle.ts'

/** Measurement of software that runs without an enclave; production configurations refuse it. */
export const SOFTWARE_MEASUREMENT = toHex(keccak256(fromUtf8('ambrosia/software-attestation/1')))

/**
 * Registers this oracle once, with the ether of its operator account. Until the account has some it waits: the account stands at
 * `/v1/service`. Admission is for the registry's admitter.
 */
export async function register(
  oracle: Oracle,
  registration: { registry: Address; endpoint: string; config: OracleConfig },
): Promise<void> {
  const { client, keys, chain, log } = oracle
  const { registry, endpoint, config } = registration
  const { status } = await chain.oracle(keys.operator.address)
  if (status !== 'None') return
  if ((await client.getBalance({ address: keys.operator.address })) === 0n) return
  await send(client, keys.operator, {
    address: registry,
    abi: oracleRegistryAbi,
    functionName: 'register',
    args: [
      {
        endpoint,
        signer: keys.signer.address,
        encryptionKey: toHex(keys.publicKey),
        measurement: SOFTWARE_MEASUREMENT,
        commissionBps: config.commissionBps,
        commissionCapBps: config.commissionCapBps,
        maximumChangeBps: Math.min(100, config.commissionCapBps),
      },
    ],
  })
  log.info({ operator: keys.operator.address }, 'registered; waiting to be admitted')
}
