import { concat } from '@ambrosia/primitives/Bytes'
import {
  COUNT_SIZE_BYTES,
  type CreateChunkCipher,
  plainChunks,
  sealedChunks,
  TAG_SIZE_BYTES,
} from '../ChunkCipher.ts'
import { UNIT_SIZE_BYTES } from '../Padding.ts'

/** The chunks of a piece are in work at once, on the platform's threads. */
export const createChunkCipher: CreateChunkCipher = async (raw, bound) => {
  const uses: KeyUsage[] = ['encrypt', 'decrypt']
  const key = await crypto.subtle.importKey('raw', toBuffer(raw), 'AES-GCM', false, uses)
  const parametersOf = (iv: Uint8Array<ArrayBuffer>): AesGcmParams => ({
    name: 'AES-GCM',
    iv,
    additionalData: toBuffer(bound),
    tagLength: 8 * TAG_SIZE_BYTES,
  })
  const encryptOne = async (nonce: Uint8Array<ArrayBuffer>, data: Uint8Array) => {
    const plain = new Uint8Array(COUNT_SIZE_BYTES + UNIT_SIZE_BYTES)
    new DataView(plain.buffer).setUint32(0, data.length)
    plain.set(data, COUNT_SIZE_BYTES)
    return new Uint8Array(await crypto.subtle.encrypt(parametersOf(nonce), key, plain))
  }
  const decryptOne = async (nonce: Uint8Array<ArrayBuffer>, sealed: Uint8Array) => {
    try {
      return new Uint8Array(await crypto.subtle.decrypt(parametersOf(nonce), key, toBuffer(sealed)))
    } catch {
      return undefined
    }
  }
  return {
    encrypt: async (piece) => {
      const chunks = plainChunks(piece)
      return concat(...(await Promise.all(chunks.map((one) => encryptOne(one.nonce, one.data)))))
    },
    decrypt: async (piece) => {
      const chunks = sealedChunks(piece)
      const all = await Promise.all(chunks.map((one) => decryptOne(one.nonce, one.sealed)))
      const failed = all.indexOf(undefined)
      const genuine = (failed < 0 ? all : all.slice(0, failed)) as Uint8Array<ArrayBuffer>[]
      return {
        counts: genuine.map((plain) => new DataView(plain.buffer).getUint32(0)),
        data: concat(...genuine.map((plain) => plain.subarray(COUNT_SIZE_BYTES))),
      }
    },
    isZero: (bytes) => bytes.every((byte) => byte === 0),
  }
}

/** WebCrypto's types ask for bytes that are not shared; ours never are. */
function toBuffer(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes as Uint8Array<ArrayBuffer>
}
