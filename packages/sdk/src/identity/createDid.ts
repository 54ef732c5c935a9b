import type { IssuerService } from '@ambrosia/api/issuer/IssuerClient'
import { didRegistryAbi } from '@ambrosia/chain/abi/identity'
import * as DidAmbrosia from '@ambrosia/credentials/DidAmbrosia'
import * as DidMessage from '@ambrosia/credentials/DidMessage'
import * as Keys from '@ambrosia/credentials/Keys'
import { fromHex, type Hex } from '@ambrosia/primitives/Bytes'
import type { LocalAccount, TransactionReceipt } from 'viem'
import type { Chain } from '../Chain.ts'

/** Creates a did:ambrosia by its controller's signature; whoever relays pays the gas. */
export async function createDid(options: {
  chain: Chain
  controller: LocalAccount
  relayer: LocalAccount
  salt: Hex
  methods: readonly DidAmbrosia.Method[]
  services: readonly DidAmbrosia.Service[]
  now: () => number
}): Promise<{ did: string; receipt: TransactionReceipt }> {
  const { chain, controller } = options
  const { didRegistry } = chain.contracts
  const document = {
    controller: controller.address,
    methods: options.methods,
    services: options.services,
  }
  const deadline = BigInt(Math.floor(options.now() / 1000) + 3600)
  const message = { firstController: controller.address, salt: options.salt, document, deadline }
  const typedData = DidMessage.create({ chainId: chain.chainId, didRegistry }, message)
  const signature = await controller.signTypedData(typedData as never)
  const creation = {
    ...message,
    document: DidMessage.toContractDocument(document),
    deadline: String(deadline),
    signature,
  }
  const receipt = await relayCreation(chain, options.relayer, creation)
  const id = DidAmbrosia.idOf(controller.address, fromHex(options.salt))
  return { did: DidAmbrosia.toDid(chain.chainId, id), receipt }
}

/** Relays a creation that its controller signed. */
export async function relayCreation(
  chain: Chain,
  relayer: LocalAccount,
  creation: IssuerService['creation'],
): Promise<TransactionReceipt> {
  return await chain.send(relayer, {
    address: chain.contracts.didRegistry,
    abi: didRegistryAbi,
    functionName: 'createWithSignature',
    args: [
      creation.firstController,
      creation.salt,
      creation.document,
      BigInt(creation.deadline),
      creation.signature,
    ],
  })
}

/** Deactivates a DID for ever, by its controller's signature. */
export async function deactivateDid(options: {
  chain: Chain
  controller: LocalAccount
  relayer: LocalAccount
  salt: Hex
  now: () => number
}): Promise<TransactionReceipt> {
  const { chain, controller } = options
  const { didRegistry } = chain.contracts
  const id = DidAmbrosia.idOf(controller.address, fromHex(options.salt))
  const { version } = await chain.client.readContract({
    address: didRegistry,
    abi: didRegistryAbi,
    functionName: 'identityOf',
    args: [id],
  })
  const deadline = BigInt(Math.floor(options.now() / 1000) + 3600)
  const typedData = DidMessage.deactivate(
    { chainId: chain.chainId, didRegistry },
    { id, version, deadline },
  )
  return await chain.send(options.relayer, {
    address: didRegistry,
    abi: didRegistryAbi,
    functionName: 'deactivateWithSignature',
    args: [id, deadline, await controller.signTypedData(typedData as never)],
  })
}

/** Fragment of the key that a consumer's deliveries are wrapped to. */
export const DELIVERY_FRAGMENT = 'delivery-1'

/** The salt of an account's first and usual DID. */
export const FIRST_SALT: Hex = `0x${'00'.repeat(32)}`

/** Creates a consumer's DID, which names the X25519 key that records are released to. */
export async function createConsumerDid(options: {
  chain: Chain
  controller: LocalAccount
  relayer: LocalAccount
  /** X25519, 32 bytes. */
  deliveryKey: Uint8Array
  now: () => number
}): Promise<{ did: string; keyId: string; receipt: TransactionReceipt }> {
  const { deliveryKey, ...rest } = options
  const multikey = Keys.toMulticodec({ type: 'X25519', bytes: deliveryKey })
  const { keyAgreement } = DidAmbrosia.PURPOSES
  const created = await createDid({
    ...rest,
    salt: FIRST_SALT,
    methods: [{ fragment: DELIVERY_FRAGMENT, purposes: keyAgreement, multikey }],
    services: [],
  })
  return { ...created, keyId: `${created.did}#${DELIVERY_FRAGMENT}` }
}
