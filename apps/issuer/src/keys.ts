import * as Bbs from '@ambrosia/credentials/Bbs'
import type { BbsIssuerKey, EddsaIssuerKey } from '@ambrosia/credentials/Credential'
import * as DidAmbrosia from '@ambrosia/credentials/DidAmbrosia'
import type { Document } from '@ambrosia/credentials/DidMessage'
import * as Keys from '@ambrosia/credentials/Keys'
import { fromHex, type Hex, random, toHex } from '@ambrosia/primitives/Bytes'
import type { Keystore } from '@ambrosia/service/Keystore'
import { type LocalAccount, privateKeyToAccount } from 'viem/accounts'

/** What an issuer signs with. */
export type IssuerKeys = {
  did: string
  id: Hex
  /** The account that controls the DID. */
  controller: LocalAccount
  salt: Hex
  bbs: BbsIssuerKey
  eddsa: EddsaIssuerKey
  /** Keys the map from persons to subject handles. */
  personSecret: Uint8Array
  /** The word that an operator shows to issue and revoke. */
  operatorToken: string
}

const SALT: Hex = `0x${'00'.repeat(32)}`

/** The keys of this issuer, made and kept at the first start. */
export async function openKeys(keystore: Keystore, chainId: number): Promise<IssuerKeys> {
  await Bbs.ready()
  const secret = (name: string): Uint8Array => keystore.getOrCreate(name, () => random(32))
  const controller = privateKeyToAccount(toHex(secret('controller')))
  const id = DidAmbrosia.idOf(controller.address, fromHex(SALT))
  const did = DidAmbrosia.toDid(chainId, id)
  const bbs = Bbs.keyPair('BLS12-381-SHA-256', secret('bbs'))
  const eddsa = Keys.holderKeyOf(secret('eddsa'))
  return {
    did,
    id,
    controller,
    salt: SALT,
    bbs: { id: `${did}#bbs-1`, ...bbs },
    eddsa: { id: `${did}#ed25519-1`, secretKey: eddsa.secretKey, publicKey: eddsa.publicKey },
    personSecret: secret('person'),
    operatorToken: toHex(secret('operator')).slice(2),
  }
}

/**
 * The document that stands on chain: two keys that sign credentials, and where the status lists
 * are.
 */
export function documentOf(keys: IssuerKeys, publicUrl: string): Document {
  const { assertionMethod } = DidAmbrosia.PURPOSES
  return {
    controller: keys.controller.address,
    methods: [
      {
        fragment: 'bbs-1',
        purposes: assertionMethod,
        multikey: Keys.toMulticodec({ type: 'BLS12-381-G2', bytes: keys.bbs.publicKey }),
      },
      {
        fragment: 'ed25519-1',
        purposes: assertionMethod,
        multikey: Keys.toMulticodec({ type: 'Ed25519', bytes: keys.eddsa.publicKey }),
      },
    ],
    services: [
      {
        fragment: 'status',
        serviceType: 'BitstringStatusList',
        endpoint: `${publicUrl}/v1/status/1`,
      },
    ],
  }
}
