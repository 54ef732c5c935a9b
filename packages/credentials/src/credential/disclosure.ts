import {
  canonicalize,
  createHmac,
  createHmacIdLabelMapFunction,
  labelReplacementCanonicalizeNQuads,
  selectCanonicalNQuads,
  selectJsonLd,
  skolemizeCompactJsonLd,
  stringToUtf8Bytes,
  stripBlankNodePrefixes,
  toDeskolemizedNQuads,
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

/** A signed credential whose statements are known, from which selections are made. */
export type Statements = {
  /** What presentations have in common that show these JSON pointers beside what is mandatory. */
  disclose(selectivePointers: readonly string[]): Promise<Disclosure>
}

/**
 * Derived documents of bbs-2023 (vc-di-bbs, section 3.3.6) in three steps: the statements of the
 * credential and their sum, once; a selection of them; and the BBS proof, which alone depends on
 * the header.
 * @param options.document without its proof
 * @param options.proof the base proof
 */
export async function readStatements(options: {
  document: JsonObject
  proof: JsonObject
  documentLoader: Loader
}): Promise<Statements> {
  const { document, proof, documentLoader } = options
  const base = decodeBaseProof(proof)
  const { compact, expanded } = await skolemizeCompactJsonLd({
    document,
    options: { documentLoader },
  })
  const { labelMap, nquads: all } = await labelReplacementCanonicalizeNQuads({
    nquads: await toDeskolemizedNQuads({ document: expanded, options: { documentLoader } }),
    labelMapFactoryFunction: await shuffledLabels(base.hmacKey),
    options: { documentLoader },
  })
  const select = async (pointers: readonly string[]) => {
    const selected = { document: compact, pointers, labelMap, options: { documentLoader } }
    const { nquads, deskolemizedNQuads } = await selectCanonicalNQuads(selected)
    return { nquads: new Set(nquads), deskolemizedNQuads }
  }
  const mandatory = (await select(base.mandatoryPointers)).nquads
  const signed = all.filter((nquad) => !mandatory.has(nquad))
  const prover = Bbs.createProver({
    ciphersuite: 'BLS12-381-SHA-256',
    publicKey: base.publicKey,
    signature: base.signature,
    header: base.header,
    messages: signed.map(stringToUtf8Bytes),
  })
  const { '@context': _, ...members } = proof

  const disclose = async (selectivePointers: readonly string[]): Promise<Disclosure> => {
    const pointers = [...base.mandatoryPointers, ...selectivePointers]
    const revealed = selectJsonLd({ document, pointers })
    if (revealed === null) throw new TypeError('nothing is selected')
    const selective = (await select(selectivePointers)).nquads
    const combined = await select(pointers)
    const shown = all.filter((nquad) => combined.nquads.has(nquad))
    const parts = {
      labelMap: await shownLabelsOf(combined.deskolemizedNQuads, labelMap, documentLoader),
      mandatoryIndexes: positionsOf(shown, mandatory),
      selectiveIndexes: positionsOf(signed, selective),
    }
    return {
      present: (presentationHeader) => {
        const disclosedIndexes = parts.selectiveIndexes
        const bbsProof = prover.prove({ presentationHeader, disclosedIndexes })
        const proofValue = encodeDerivedProof({ ...parts, bbsProof, presentationHeader })
        return { ...structuredClone(revealed), proof: { ...members, proofValue } }
      },
    }
  }
  return { disclose }
}

/** Where, among the first, those stand that are in the second too. */
function positionsOf(nquads: readonly string[], chosen: ReadonlySet<string>): number[] {
  return nquads.flatMap((nquad, position) => (chosen.has(nquad) ? [position] : []))
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
  deskolemizedNQuads: readonly string[],
  labelMap: ReadonlyMap<string, string>,
  documentLoader: Loader,
): Promise<Map<number, number>> {
  const canonicalIdMap = new Map<string, string>()
  await canonicalize(deskolemizedNQuads.join(''), {
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
