import type { HandedOver } from '@ambrosia/api/oracle/OracleClient'
import type { oracleRoutes } from '@ambrosia/api/oracle/routes'
import { describe } from '@ambrosia/api/ServiceDescription'
import { fromHex, type Hex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import type { Handlers } from '@ambrosia/service/addRoutes'
import { createPeerHandlers } from '../network/handlers.ts'
import { certifyBatch } from '../network/quorum.ts'
import { createNetworkReader } from '../network/readNetwork.ts'
import type { Oracle } from '../Oracle.ts'
import { receiveContextOf } from '../submissions/contextOf.ts'
import { createReceiver, readCertified } from '../submissions/receive.ts'
import { handOverText } from '../tagSecret/handOverText.ts'

/** What the oracle does for each of its routes. */
export function createHandlers(oracle: Oracle): Handlers<typeof oracleRoutes> {
  const { chainId, operator, described } = oracle
  let receive: ReturnType<typeof createReceiver> | undefined
  const { client, oracleNetwork } = oracle
  const reader = oracleNetwork && createNetworkReader(client, oracleNetwork)
  return {
    ...createPeerHandlers(oracle, reader),
    describe: async () => ({
      ...describe('oracle', chainId, operator.address),
      signer: described.signer,
      keyId: described.keyId,
      epoch: described.epoch,
      measurement: described.measurement,
      validatorHash: described.validatorHash,
      attestation: described.attestation,
    }),
    submit: async ({ body }) => {
      receive ??= createReceiver(receiveContextOf(oracle))
      return await receive(body)
    },
    certified: async ({ params }) => await readCertified(params.id, receiveContextOf(oracle)),
    certifyBatch: async ({ body }) => await certifyBatch(oracle, body.hashes),
    tagSecret: async ({ account }) => await handOver(oracle, account),
  }
}

/**
 * The tag secret, wrapped to the key that the registry holds for the asker, never to one that the
 * request names.
 */
async function handOver(oracle: Oracle, operator: Hex): Promise<HandedOver> {
  const { chain, chainId, dealBook, enclave } = oracle
  const asker = await chain.oracle(operator)
  // A newcomer that nobody admitted gets nothing.
  if (asker.status !== 'Active' || !(await enclave.hasTagSecret())) throw new NotForYouError()
  const peer = {
    operator,
    publicKey: fromHex(asker.encryptionKey),
    keyId: operator.toLowerCase(),
    epoch: Number(asker.epoch),
  }
  const envelope = await enclave.wrapTagSecret(peer)
  const { address: from } = oracle.operator
  const message = handOverText({ chainId, dealBook, from, to: operator, envelope })
  return { envelope, signature: await oracle.operator.signMessage({ message }) }
}

export class NotForYouError extends AmbrosiaError {
  constructor() {
    super('TagSecret.NotForYou', 'the tag secret goes to admitted oracles only')
  }
}
