import { oracleRegistryAbi } from '@ambrosia/chain/abi/oracle'
import { send } from '@ambrosia/chain/send'
import { fromUtf8, toHex } from '@ambrosia/primitives/Bytes'
import { keccak256 } from '@ambrosia/primitives/Hash'
import type { Log } from '@ambrosia/service/Log'
import { contractOf, type Network } from '@ambrosia/service/Network'
import type { PublicClient } from 'viem'
import type { OracleChain } from '../chain.ts'
import type { OracleConfig } from '../config.ts'
import type { OracleKeys } from '../keys.ts'

/** Measurement of software that runs without an enclave; production configurations refuse it. */
export const SOFTWARE_MEASUREMENT = toHex(keccak256(fromUtf8('ambrosia/software-attestation/1')))

/**
 * Registers this oracle once, with the ether of its operator account. Until the account has some it waits: the account stands at
 * `/v1/service`. Admission is for the registry's admitter.
 */
export function createRegistration(options: {
  client: PublicClient
  network: Network
  rpcUrl: string
  keys: OracleKeys
  endpoint: string
  config: OracleConfig
  chain: OracleChain
  log: Log
}): () => Promise<void> {
  const { client, keys, config, log } = options
  let isDone = false
  return async () => {
    if (isDone) return
    const { status } = await options.chain.oracle(keys.operator.address)
    if (status !== 'None') {
      isDone = true
      return
    }
    if ((await client.getBalance({ address: keys.operator.address })) === 0n) return
    await send(client, keys.operator, {
      address: contractOf(options.network, 'oracleRegistry'),
      abi: oracleRegistryAbi,
      functionName: 'register',
      args: [
        {
          endpoint: options.endpoint,
          signer: keys.signer.address,
          encryptionKey: toHex(keys.publicKey),
          measurement: SOFTWARE_MEASUREMENT,
          commissionBps: config.commissionBps,
          commissionCapBps: config.commissionCapBps,
          maximumChangeBps: Math.min(100, config.commissionCapBps),
        },
      ],
    })
    isDone = true
    log.info({ operator: keys.operator.address }, 'registered; waiting to be admitted')
  }
}
