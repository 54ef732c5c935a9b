import { type Hex, type RandomBytes, random, toBase64url, toHex } from '@ambrosia/primitives/Bytes'
import * as CanonicalJson from '@ambrosia/primitives/CanonicalJson'
import { sha256 } from '@ambrosia/primitives/Hash'
import type { LocalAccount } from 'viem'
import type { Domain } from '../messages/Message.ts'
import * as PermissionToCheck from '../PermissionToCheck.ts'
import { signedPermissionSchema } from '../schemas/permission.ts'
import { assertShape } from '../validateShape.ts'

/**
 * The words of a permission; the salt keeps their hash from being guessed by whoever sees only the
 * message.
 */
export type Words = {
  version: 1
  /** 16 random bytes, base64url. */
  salt: string
  /** The sentences that the person read before signing, in their order. */
  sentences: string[]
}

/** A permission to check with its words: what an oracle asks for before it opens a record. */
export type SignedPermission = {
  permission: PermissionToCheck.PermissionToCheck
  words: Words
  signature: Hex
}

/** SHA-256 of the words in the form of RFC 8785. */
export function hashWords(words: Words): Hex {
  return toHex(sha256(CanonicalJson.encode(words)))
}

/** Signs a permission under these sentences. The account needs no ether. */
export async function sign(
  account: LocalAccount,
  domain: Domain,
  permission: Omit<PermissionToCheck.PermissionToCheck, 'provider' | 'wordsHash'>,
  sentences: readonly string[],
  randomBytes: RandomBytes = random,
): Promise<SignedPermission> {
  const words: Words = {
    version: 1,
    salt: toBase64url(randomBytes(16)),
    sentences: [...sentences],
  }
  const message = { ...permission, provider: account.address, wordsHash: hashWords(words) }
  const signature = await account.signTypedData(PermissionToCheck.toTypedData(message, domain))
  return { permission: message, words, signature }
}

export function toJson(signed: SignedPermission): Record<string, unknown> {
  return { ...signed, permission: PermissionToCheck.toJson(signed.permission) }
}

/** @throws Shape.Mismatch, Message.Malformed */
export function fromJson(data: unknown): SignedPermission {
  const shape = assertShape<SignedPermission>(signedPermissionSchema, data)
  return { ...shape, permission: PermissionToCheck.fromJson(shape.permission) }
}
