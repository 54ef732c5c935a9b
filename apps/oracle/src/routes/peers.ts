import { fromHex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import type { Keystore } from '@ambrosia/service/Keystore'
import type { Server } from '@ambrosia/service/Server'
import { createHook, signerOf } from '@ambrosia/service/SignedRequest'
import type { Kysely } from 'kysely'
import type { Address } from 'viem'
import type { OracleChain } from '../chain.ts'
import type { OracleDatabase } from '../database/tables.ts'
import { SOFTWARE_MEASUREMENT } from '../jobs/register.ts'
import type { OracleKeys } from '../keys.ts'
import { readTagSecret, wrapTagSecret } from '../tagSecret/tagSecret.ts'

/** Who this oracle is, and what it gives to other oracles. */
export function addPeerRoutes(
  app: Server,
  options: {
    chainId: number
    dealBook: Address
    chain: OracleChain
    database: Kysely<OracleDatabase>
    keystore: Keystore
    keys: OracleKeys
  },
): void {
  const { chainId, keys, chain } = options
  app.get('/v1/service', { schema: { summary: 'Who this oracle is' } }, async () => ({
    service: 'oracle',
    account: keys.operator.address,
    signer: keys.signer.address,
    keyId: keys.keyId,
    epoch: keys.epoch,
    measurement: SOFTWARE_MEASUREMENT,
    attestation: 'software',
  }))
  const preValidation = createHook(app, {
    database: options.database as never,
    chainId,
    service: keys.operator.address,
  })
  app.post(
    '/v1/peers/tag-secret',
    {
      preValidation,
      schema: {
        summary: 'Hand the tag secret to a registered oracle, wrapped to its registered key',
      },
    },
    async (request) => {
      const operator = signerOf(request)
      const oracle = await chain.oracle(operator)
      const secret = readTagSecret(options.keystore)
      // A newcomer that nobody admitted gets nothing.
      if (oracle.status !== 'Active' || secret === undefined) throw new NotForYouError()
      const peer = {
        operator,
        endpoint: oracle.endpoint,
        publicKey: fromHex(oracle.encryptionKey),
        keyId: operator.toLowerCase(),
        epoch: Number(oracle.epoch),
      }
      return await wrapTagSecret({ secret, peer, chainId, dealBook: options.dealBook })
    },
  )
}

export class NotForYouError extends AmbrosiaError {
  constructor() {
    super('TagSecret.NotForYou', 'the tag secret goes to admitted oracles only')
  }
}
