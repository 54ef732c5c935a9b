import { type Hex, toHex } from '@ambrosia/primitives/Bytes'
import { keccak256, type PrivateKeyAccount, stringToHex } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'

/** 32 bytes that are all the same: a hash that is easy to tell from another. */
export function word(byte: number): Hex {
  return toHex(new Uint8Array(32).fill(byte))
}

/** A hash by what it stands for. */
export function hash(label: string): Hex {
  return keccak256(stringToHex(label))
}

/** An account that nobody has seen before. */
export function newAccount(): PrivateKeyAccount {
  return privateKeyToAccount(generatePrivateKey())
}
