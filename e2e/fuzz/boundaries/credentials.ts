import * as Bbs from '@ambrosia/credentials/Bbs'
import * as Contexts from '@ambrosia/credentials/Contexts'
import * as Credential from '@ambrosia/credentials/Credential'
import * as StatusList from '@ambrosia/credentials/StatusList'
import { createTestIssuer, NOW_MS } from '@ambrosia/credentials/testing/issuers'
import * as Certificate from '@ambrosia/exchange/Certificate'
import { certify } from '@ambrosia/exchange/certify/certify'
import * as SubmissionBody from '@ambrosia/exchange/SubmissionBody'
import { fromUtf8, random, toHex } from '@ambrosia/primitives/Bytes'
import type { Boundary } from '../Boundary.ts'
import { changeBytes } from '../changeBytes.ts'
import { changeJson } from '../changeJson.ts'
import { answerOf } from '../runFuzz.ts'
import { soundSubmission } from '../setting.ts'

/** A published status list, verified and decoded as an oracle does. */
export const statusLists: Boundary = {
  name: 'statusLists',
  smallCases: 150,
  limitMs: 15_000,
  open: async () => {
    const issuer = await createTestIssuer()
    const loader = Contexts.createLoader()
    const list = StatusList.create()
    StatusList.set(list, 4711)
    const day = 86_400_000
    const signed = await Credential.issueEddsa({
      credential: StatusList.toCredential({
        list,
        url: 'https://issuer.example/status/1',
        issuer: issuer.did,
        purpose: 'revocation',
        validFrom: new Date(NOW_MS - day).toISOString(),
        validUntil: new Date(NOW_MS + day).toISOString(),
      }),
      key: issuer.eddsaKey,
      loader,
    })
    const encoded = StatusList.encode(list)
    const bits = toHex(list.bits)
    return {
      feed: async (chance) => {
        if (chance.once(3)) return await decodeChanged(encoded, bits, chance)
        const changed = JSON.parse(JSON.stringify(changeJson(signed, chance)))
        return await answerOf(async () => {
          const options = { signed: changed, resolver: issuer.resolver, loader, nowMs: NOW_MS }
          const { document } = await Credential.verifyEddsa(options)
          const read = StatusList.readList(document, 'revocation')
          if (toHex(read.bits) !== bits) throw new Error('another list counts as signed')
        })
      },
    }
  },
}

async function decodeChanged(
  encoded: string,
  _bits: string,
  chance: Parameters<typeof changeBytes>[1],
): Promise<string> {
  const bytes = changeBytes(fromUtf8(encoded), chance)
  const text = String.fromCharCode(...bytes.subarray(0, 60_000))
  return await answerOf(() => StatusList.decode(text))
}

/** A submission as an oracle judges it. What was changed gets no other certificate. */
export const presentations: Boundary = {
  name: 'presentations',
  smallCases: 60,
  limitMs: 30_000,
  open: async () => {
    const { body, context } = await soundSubmission()
    const sound = JSON.parse(JSON.stringify(SubmissionBody.toJson(body))) as {
      presentation: object
    }
    const domain = {
      name: 'DealBook',
      version: '1',
      chainId: context.chainId,
      verifyingContract: context.dealBook,
    } as const
    const first = await certify(body, context)
    const expected = Certificate.hash(first.certificate, domain)
    return {
      feed: async (chance) => {
        const isShown = chance.once(2)
        const changed = isShown
          ? { ...sound, presentation: changeJson(sound.presentation, chance) }
          : changeJson(sound, chance)
        const given = JSON.parse(JSON.stringify(changed))
        return await answerOf(async () => {
          const { certificate } = await certify(SubmissionBody.fromJson(given), context)
          if (Certificate.hash(certificate, domain) !== expected)
            throw new Error('what was changed got another certificate')
        })
      },
    }
  },
}

/** The bytes of a BBS proof and of all that it is verified with. */
export const proofs: Boundary = {
  name: 'proofs',
  smallCases: 150,
  limitMs: 10_000,
  open: async () => {
    await Bbs.ready()
    const ciphersuite = 'BLS12-381-SHA-256' as const
    const { secretKey, publicKey } = Bbs.keyPair(ciphersuite, new Uint8Array(32).fill(5))
    const messages = Array.from({ length: 10 }, (_, index) => fromUtf8(`message ${index}`))
    const header = fromUtf8('header')
    const presentationHeader = fromUtf8('presentation')
    const signature = Bbs.sign({ ciphersuite, secretKey, publicKey, header, messages })
    const disclosedIndexes = [1, 4, 7]
    const made = { ciphersuite, publicKey, header, presentationHeader, disclosedIndexes }
    const proof = Bbs.prove({ ...made, signature, messages, randomBytes: random })
    const sound = {
      ...made,
      proof,
      messages: disclosedIndexes.map((index) => messages[index] as Uint8Array),
    }
    if (!Bbs.verifyProof(sound)) throw new Error('the sound proof is refused')
    return {
      feed: async (chance) => {
        const part = chance.pick(['proof', 'publicKey', 'header', 'presentationHeader', 'messages'])
        const changed = { ...sound }
        if (part === 'messages') {
          const at = chance.below(changed.messages.length)
          changed.messages = changed.messages.map((one, index) =>
            index === at ? changeBytes(one, chance) : one,
          )
        } else {
          const name = part as 'proof'
          changed[name] = changeBytes(sound[name], chance)
        }
        const isSame = JSON.stringify(hexOf(changed)) === JSON.stringify(hexOf(sound))
        if (Bbs.verifyProof(changed) && !isSame) throw new Error(`a changed ${part} is proven`)
        return isSame ? 'taken' : 'refused'
      },
    }
  },
}

function hexOf(value: object): string[] {
  return Object.values(value)
    .flat()
    .map((one) => (one instanceof Uint8Array ? toHex(one) : String(one)))
}
