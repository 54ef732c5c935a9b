import { fromHex } from '@ambrosia/primitives/Bytes'
import type { CustomCrypto } from '@ethereumjs/common'
import { bls12_381 } from '@noble/curves/bls12-381.js'
import { createKeccak } from 'hash-wasm'
import secp256k1 from 'secp256k1'

/**
 * [τ]₂ of Ethereum's KZG ceremony (EIP-4844): all of its trusted setup that checking one evaluation
 * takes.
 */
const TAU_G2 =
  'b5bfd7dd8cdeb128843bc287230af38926187075cbfbefa81009a2ce615ac53d2914e5870cb452d2afaaab24f3499f72' +
  '185cbfee53492714734429b7b38608e23926c911cceceac9a36851477ba4c60b087041de621000edc98edada20c1def2'

let pending: Promise<CustomCrypto> | undefined

/**
 * The primitives that ethereumjs is given instead of its own: native signature recovery, Keccak in
 * WebAssembly, and point evaluation by pairings. Measured in docs/protocol/rollup.md's engine: four
 * times the throughput.
 */
export function loadCrypto(): Promise<CustomCrypto> {
  pending ??= create()
  return pending
}

async function create(): Promise<CustomCrypto> {
  const keccak = await createKeccak(256)
  return {
    keccak256: (message) => keccak.init().update(message).digest('binary'),
    ecrecover,
    ecdsaRecover: (signature, recoveryId, hash) =>
      secp256k1.ecdsaRecover(signature, recoveryId, hash, true),
    kzg: { verifyProof } as unknown as NonNullable<CustomCrypto['kzg']>,
  }
}

/** The public key of a signature, 64 bytes. @throws where there is none */
function ecrecover(
  hash: Uint8Array,
  v: bigint,
  r: Uint8Array,
  s: Uint8Array,
  chainId?: bigint,
): Uint8Array {
  const recovery = recoveryOf(v, chainId)
  const signature = new Uint8Array(64)
  signature.set(r, 32 - r.length)
  signature.set(s, 64 - s.length)
  return secp256k1.ecdsaRecover(signature, recovery, hash, false).slice(1)
}

function recoveryOf(v: bigint, chainId?: bigint): number {
  const recovery =
    v === 0n || v === 1n ? v : chainId === undefined ? v - 27n : v - (chainId * 2n + 35n)
  if (recovery !== 0n && recovery !== 1n) throw new RangeError('the recovery value is not 0 or 1')
  return Number(recovery)
}

/**
 * EIP-4844's point evaluation: e(C − y·G₁, G₂) = e(π, [τ]₂ − z·G₂). False for anything malformed
 * too: the precompile fails alike.
 */
function verifyProof(commitment: string, z: string, y: string, proof: string): boolean {
  const { G1, G2, fields, pairing } = bls12_381
  const [zValue, yValue] = [BigInt(z), BigInt(y)]
  if (zValue >= fields.Fr.ORDER || yValue >= fields.Fr.ORDER) return false
  try {
    const c = G1.Point.fromBytes(fromHex(commitment))
    const pi = G1.Point.fromBytes(fromHex(proof))
    c.assertValidity()
    pi.assertValidity()
    const left = c.subtract(G1.Point.BASE.multiplyUnsafe(yValue))
    const right = G2.Point.fromHex(TAU_G2).subtract(G2.Point.BASE.multiplyUnsafe(zValue))
    const one = fields.Fp12.ONE
    const side = (a: typeof c, b: typeof right) => (a.is0() || b.is0() ? one : pairing(a, b))
    return fields.Fp12.eql(side(left, G2.Point.BASE), side(pi, right))
  } catch {
    return false
  }
}
