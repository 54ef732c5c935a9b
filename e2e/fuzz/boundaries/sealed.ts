import { fromBase64url, random, toBase64url, toHex } from '@ambrosia/primitives/Bytes'
import * as ContentAddress from '@ambrosia/sealing/ContentAddress'
import * as DataKey from '@ambrosia/sealing/DataKey'
import * as Envelope from '@ambrosia/sealing/Envelope'
import * as Manifest from '@ambrosia/sealing/Manifest'
import * as Seal from '@ambrosia/sealing/Seal'
import type { Boundary } from '../Boundary.ts'
import type { Chance } from '../Chance.ts'
import { changeBytes } from '../changeBytes.ts'
import { changeJson } from '../changeJson.ts'
import { answerOf } from '../runFuzz.ts'

const context = new Uint8Array(32).fill(7)

/** A sealed payload as an oracle opens it. Nothing that was changed opens. */
export const ciphertexts: Boundary = {
  name: 'ciphertexts',
  smallCases: 400,
  limitMs: 10_000,
  open: async () => {
    const dataKey = DataKey.create()
    const sealed = await Seal.sealBytes({ plaintext: random(70_000), dataKey, context })
    const found = toHex(sealed)
    return {
      feed: async (chance) => {
        const ciphertext = changeBytes(sealed, chance)
        return await answerOf(async () => {
          await Seal.openBytes({ ciphertext, dataKey, context })
          if (toHex(ciphertext) !== found) throw new Error('a changed ciphertext opens')
        })
      },
    }
  },
}

/** A wrapped key and the manifest that holds it. Nothing that was changed unwraps. */
export const envelopes: Boundary = {
  name: 'envelopes',
  smallCases: 400,
  limitMs: 10_000,
  open: async () => {
    const pair = await Envelope.createKeyPair()
    const dataKey = DataKey.create()
    const recipient = { keyId: 'oracle-1', epoch: 1, publicKey: pair.publicKey }
    const envelope = await Envelope.wrap({ dataKey, recipient, context })
    const { cid } = await ContentAddress.fromBytes([random(100)])
    const manifest = Manifest.create({
      contentAddress: cid,
      sizeBytes: Seal.sealedSize(65_536),
      paddedSizeBytes: 65_536,
      keyCommitment: DataKey.commitment(dataKey),
      recipients: [envelope],
    })
    const sound = JSON.parse(JSON.stringify(manifest)) as object
    return {
      feed: async (chance) => {
        const { privateKey } = pair
        const unwrap = async (one: Envelope.Envelope) => {
          const opened = await Envelope.unwrap({ envelope: one, privateKey, context })
          if (toHex(opened) !== toHex(dataKey)) throw new Error('another key was unwrapped')
        }
        if (chance.once(2)) return await answerOf(() => unwrap(withOtherBytes(envelope, chance)))
        const changed = JSON.parse(JSON.stringify(changeJson(sound, chance)))
        return await answerOf(async () => {
          for (const one of Manifest.parse(changed).recipients) await unwrap(one)
        })
      },
    }
  },
}

/** Of the same form, so that it is the key that refuses it. */
function withOtherBytes(envelope: Envelope.Envelope, chance: Chance): Envelope.Envelope {
  const name = chance.pick(['enc', 'wrapped'] as const)
  const bytes = fromBase64url(envelope[name])
  const at = chance.below(bytes.length)
  const zeroed = chance.once(8)
  const changed = bytes.map((byte, index) =>
    zeroed ? 0 : index === at ? byte ^ (1 << chance.below(8)) : byte,
  )
  return { ...envelope, [name]: toBase64url(changed) }
}
