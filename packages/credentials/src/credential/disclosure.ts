import {
  canonicalize,
  canonicalizeAndGroup,
  createHmac,
  createHmacIdLabelMapFunction,
  type Group,
  selectJsonLd,
  stringToUtf8Bytes,
  stripBlankNodePrefixes,
} from '@digitalbazaar/di-sd-primitives'
import * as Bbs from '../Bbs.ts'
import type { Loader } from '../Contexts.ts'
import type { JsonObject } from '../DataModel.ts'
import { decodeBaseProof } from './baseProof.ts'
import { encodeDerivedProof } from './derivedProof.ts'

/** Makes presentations of one selection of one credential. */
export type Disclosure = {
  /** A presentation for this header; no two can be linked by their proofs. */
  present(presentationHeader: Uint8Array): JsonObject
}

/**
 * What presentations of one selection have in common: derived documents of bbs-2023 (vc-di-bbs,
 * section 3.3.6), of which only the last step, the BBS proof, depends on the header.
 * @param document without its proof
 * @param proof the base proof
 */
export async function createDisclosure(options: {
  document: JsonObject
  proof: JsonObject
  selectivePointers: readonly string[]
  documentLoader: Loader
}): Promise<Disclosure> {
  const { document, proof, documentLoader } = options
  const { signature, header, publicKey, hmacKey, mandatoryPointers } = decodeBaseProof(proof)
  const pointers = [...mandatoryPointers, ...options.selectivePointers]
  const revealed = selectJsonLd({ document, pointers })
  if (revealed === null) throw new TypeError('nothing is selected')
  const { groups, labelMap } = await canonicalizeAndGroup({
    document,
    labelMapFactoryFunction: await shuffledLabels(hmacKey),
    groups: {
      mandatory: mandatoryPointers,
      selective: [...options.selectivePointers],
      combined: pointers,
    },
    options: { documentLoader },
  })
  const { mandatory, selective, combined } = groups
  const mandatoryIndexes = positionsOf(combined.matching, mandatory.matching)
  const selectiveIndexes = positionsOf(mandatory.nonMatching, selective.matching)
  const shownLabels = await shownLabelsOf(combined, labelMap, documentLoader)
  const prover = Bbs.createProver({
    ciphersuite: 'BLS12-381-SHA-256',
    publicKey,
    signature,
    header,
    messages: [...mandatory.nonMatching.values()].map(stringToUtf8Bytes),
  })
  const { '@context': _, ...members } = proof
  return {
    present: (presentationHeader) => {
      const proofValue = encodeDerivedProof({
        bbsProof: prover.prove({ presentationHeader, disclosedIndexes: selectiveIndexes }),
        labelMap: shownLabels,
        mandatoryIndexes,
        selectiveIndexes,
        presentationHeader,
      })
      return { ...structuredClone(revealed), proof: { ...members, proofValue } }
    },
  }
}

/** Positions, among the first, of what is in the second too. */
function positionsOf(all: Group, chosen: Group): number[] {
  return [...all.keys()].flatMap((index, position) => (chosen.has(index) ? [position] : []))
}

/**
 * Blank nodes numbered in the order of the HMAC of their canonical labels
 * (createShuffledIdLabelMapFunction, section 3.3.1): their numbers tell nothing of what is hidden.
 */
async function shuffledLabels(hmacKey: Uint8Array) {
  const labelsOf = createHmacIdLabelMapFunction({ hmac: await createHmac({ key: hmacKey }) })
  return async (labels: { canonicalIdMap: Map<string, string> }): Promise<Map<string, string>> => {
    const hmacIds = await labelsOf(labels)
    const sorted = [...hmacIds.values()].sort()
    return new Map([...hmacIds].map(([label, id]) => [label, `b${sorted.indexOf(id)}`]))
  }
}

/** From the labels that a verifier will find, to the shuffled ones: by number, both. */
async function shownLabelsOf(
  combined: { deskolemizedNQuads: string[] },
  labelMap: ReadonlyMap<string, string>,
  documentLoader: Loader,
): Promise<Map<number, number>> {
  const canonicalIdMap = new Map<string, string>()
  await canonicalize(combined.deskolemizedNQuads.join(''), {
    documentLoader,
    inputFormat: 'application/n-quads',
    canonicalIdMap,
  })
  return new Map(
    [...stripBlankNodePrefixes(canonicalIdMap)].map(([input, shown]) => [
      Number(shown.slice('c14n'.length)),
      Number((labelMap.get(input) as string).slice('b'.length)),
    ]),
  )
}
