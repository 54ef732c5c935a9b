import { RECEIPT_FIELDS } from '@ambrosia/dispute/Claim'
import type { Hex } from '@ambrosia/primitives/Bytes'
import * as BatchCertificate from '@ambrosia/rollup/BatchCertificate'
import type { L2Network } from '@ambrosia/rollup/network/L2Network'
import { type LocalAccount, recoverTypedDataAddress } from 'viem'

/**
 * What members sign for each other and for L1 (EIP-712); docs/protocol/rollup.md, sections 5, 7
 * and 9.
 */
const TYPES = {
  BatchCertificate: BatchCertificate.FIELDS,
  SoftBlock: [
    { name: 'number', type: 'uint64' },
    { name: 'hash', type: 'bytes32' },
  ],
  FastConfirmation: [{ name: 'assertion', type: 'bytes32' }],
  Denial: [
    { name: 'claim', type: 'bytes32' },
    { name: 'winner', type: 'address' },
  ],
  Receipt: RECEIPT_FIELDS,
} as const

export type Statement =
  | { type: 'BatchCertificate'; message: BatchCertificate.BatchCertificate }
  | { type: 'SoftBlock'; message: { number: number; hash: Hex } }
  | { type: 'FastConfirmation'; message: { assertion: Hex } }
  | { type: 'Denial'; message: { claim: Hex; winner: Hex } }
  | { type: 'Receipt'; message: { claim: Hex; inputRoot: Hex; inputLength: bigint } }

/** The contract in whose domain each is signed. */
const CONTRACTS = {
  BatchCertificate: { name: 'Batches', key: 'batches' },
  SoftBlock: { name: 'Committee', key: 'committee' },
  FastConfirmation: { name: 'Assertions', key: 'assertions' },
  Denial: { name: 'CommitteeResolver', key: 'resolver' },
  Receipt: { name: 'ClaimBook', key: 'resolver' },
} as const

export function sign(
  network: L2Network,
  account: LocalAccount,
  statement: Statement,
): Promise<Hex> {
  return account.signTypedData(typedData(network, statement))
}

/** Who signed, lower case; undefined where it is not a signature. */
export async function signerOf(
  network: L2Network,
  statement: Statement,
  signature: Hex,
): Promise<Hex | undefined> {
  try {
    const address = await recoverTypedDataAddress({ ...typedData(network, statement), signature })
    return address.toLowerCase() as Hex
  } catch {
    return undefined
  }
}

function typedData(network: L2Network, { type, message }: Statement) {
  const { name, key } = CONTRACTS[type]
  return {
    domain: {
      name,
      version: '1',
      chainId: network.rules.l1ChainId,
      verifyingContract: network.contracts[key],
    },
    types: TYPES as Record<string, readonly { name: string; type: string }[]>,
    primaryType: type,
    message: message as Record<string, unknown>,
  }
}
