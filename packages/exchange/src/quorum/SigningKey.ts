import type { Hex } from '@ambrosia/primitives/Bytes'
import type { Address, TypedDataDefinition } from 'viem'
import { type Domain, defineMessage } from '../messages/Message.ts'

/**
 * What a signing key signs to be an operator's, so that nobody registers the key of another; the
 * contract OracleRegistry asks for it.
 */
export const SigningKey = defineMessage('SigningKey', [['operator', 'address']])

export function registryDomain(chainId: number, oracleRegistry: Address): Domain {
  return { name: 'OracleRegistry', version: '1', chainId, verifyingContract: oracleRegistry }
}

/** That a key is an operator's, in one registry of one chain. */
export async function provePossession(
  signer: { signTypedData(typed: TypedDataDefinition): Promise<Hex> },
  operator: Address,
  domain: Domain,
): Promise<Hex> {
  return await signer.signTypedData(SigningKey.toTypedData({ operator }, domain) as never)
}
