import { fromUtf8, toHex } from '@ambrosia/primitives/Bytes'
import * as CanonicalJson from '@ambrosia/primitives/CanonicalJson'
import * as ContentAddress from '@ambrosia/sealing/ContentAddress'
import { network } from './network.ts'
import { sampleBundle } from './records.ts'

const SHOWN = 3000

/**
 * The record of the demonstration as patient and hospital have it: made once more from its seed.
 */
export async function patientView(made: { seed: number; asOf: string }) {
  const { bundle } = await sampleBundle(made)
  const text = new TextDecoder().decode(bundle)
  const { entry = [] } = JSON.parse(text) as { entry?: { resource?: object }[] }
  return { text: JSON.stringify(entry[0]?.resource, null, 2).slice(0, SHOWN), count: entry.length }
}

/** The sealed bytes as they lie in the store, and whether they are those of their address. */
export async function storeView({ contentAddress }: { contentAddress: string }) {
  const bytes = await sealedBytes(contentAddress)
  if (!bytes) return undefined
  const { cid } = await ContentAddress.fromBytes(bytes)
  return {
    hex: toHex(bytes.slice(0, 640)).slice(2),
    sizeBytes: bytes.length,
    isOfAddress: cid === contentAddress,
  }
}

/**
 * The record as the researcher opened it, and how many of its entries lie in the clear in the
 * sealed bytes.
 */
export async function researcherView({ contentAddress }: { contentAddress: string }) {
  const { fetch } = await network()
  const answer = await fetch('/development/researcher/bundle')
  const sealed = await sealedBytes(contentAddress)
  if (!answer.ok || !sealed) return undefined
  const { entry = [] } = CanonicalJson.toPlain(CanonicalJson.parse(await answer.text())) as {
    entry?: { resource?: object }[]
  }
  const found = entry.filter(({ resource }) =>
    includes(sealed, fromUtf8(JSON.stringify(resource).slice(1, 40))),
  )
  const resources = entry.map(({ resource }) => resource)
  return {
    text: JSON.stringify(resources, null, 2).slice(0, SHOWN),
    count: entry.length,
    foundInSealed: found.length,
  }
}

async function sealedBytes(contentAddress: string): Promise<Uint8Array | undefined> {
  const { fetch } = await network()
  const answer = await fetch(`/development/store/${contentAddress}`)
  return answer.ok ? new Uint8Array(await answer.arrayBuffer()) : undefined
}

function includes(bytes: Uint8Array, wanted: Uint8Array): boolean {
  for (let at = 0; at + wanted.length <= bytes.length; at++) {
    if (wanted.every((byte, index) => bytes[at + index] === byte)) return true
  }
  return false
}
