import { fromHex, type Hex, type RandomBytes } from './Bytes.ts'
import * as HttpSignature from './HttpSignature.ts'

/** An account that can sign requests: any viem local account. */
export type RequestSigner = {
  address: Hex
  signMessage(options: { message: { raw: Hex | Uint8Array } }): Promise<Hex>
}

/** Name of an account as key id and audience (CAIP-10). */
export function accountId(chainId: number, address: Hex): string {
  return `eip155:${chainId}:${address.toLowerCase()}`
}

/**
 * Headers that sign a request by an Ethereum account (RFC 9421, the profile of
 * `primitives/HttpSignature`).
 */
export async function signRequest(options: {
  method: string
  url: string
  body?: Uint8Array | undefined
  chainId: number
  signer: RequestSigner
  /** Account of the service that the request is meant for. */
  audience: Hex
  nowSec: number
  randomBytes?: RandomBytes | undefined
}): Promise<Record<string, string>> {
  const { signer, chainId } = options
  return await HttpSignature.sign({
    method: options.method,
    url: options.url,
    body: options.body,
    keyId: accountId(chainId, signer.address),
    audience: accountId(chainId, options.audience),
    nowSec: options.nowSec,
    randomBytes: options.randomBytes,
    sign: async (base) => fromHex(await signer.signMessage({ message: { raw: base } })),
  })
}
