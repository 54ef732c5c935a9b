import type { oracleRoutes } from '@ambrosia/api/oracle/routes'
import { describe } from '@ambrosia/api/ServiceDescription'
import { fromHex, type Hex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import type { Envelope } from '@ambrosia/sealing/Envelope'
import type { Handlers } from '@ambrosia/service/addRoutes'
import { SOFTWARE_MEASUREMENT } from '../jobs/register.ts'
import type { Oracle } from '../Oracle.ts'
import { receiveContextOf } from '../submissions/contextOf.ts'
import { createReceiver, readCertified } from '../submissions/receive.ts'
import { readTagSecret, wrapTagSecret } from '../tagSecret/tagSecret.ts'

/** What the oracle does for each of its routes. */
export function createHandlers(oracle: Oracle): Handlers<typeof oracleRoutes> {
  const { chainId, keys } = oracle
  let receive: ReturnType<typeof createReceiver> | undefined
  return {
    describe: async () => ({
      ...describe('oracle', chainId, keys.operator.address),
      signer: keys.signer.address,
      keyId: keys.keyId,
      epoch: keys.epoch,
      measurement: SOFTWARE_MEASUREMENT,
      attestation: 'software' as const,
    }),
    submit: async ({ body }) => {
      receive ??= createReceiver(receiveContextOf(oracle))
      return await receive(body)
    },
    certified: async ({ params }) => await readCertified(params.id, receiveContextOf(oracle)),
    tagSecret: async ({ account }) => await handOver(oracle, account),
  }
}

/** The tag secret, wrapped to the key that the registry holds for the asker, never to one that the request names. */
async function handOver(oracle: Oracle, operator: Hex): Promise<Envelope> {
  const { chain, chainId, dealBook, keystore } = oracle
  const asker = await chain.oracle(operator)
  const secret = readTagSecret(keystore)
  // A newcomer that nobody admitted gets nothing.
  if (asker.status !== 'Active' || secret === undefined) throw new NotForYouError()
  const peer = {
    operator,
    endpoint: asker.endpoint,
    publicKey: fromHex(asker.encryptionKey),
    keyId: operator.toLowerCase(),
    epoch: Number(asker.epoch),
  }
  return await wrapTagSecret({ secret, peer, chainId, dealBook })
}

export class NotForYouError extends AmbrosiaError {
  constructor() {
    super('TagSecret.NotForYou', 'the tag secret goes to admitted oracles only')
  }
}
