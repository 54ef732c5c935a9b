/** Types of the parts of the Digital Bazaar packages that are used here; the packages ship none. */

declare module '@digitalbazaar/credentials-context' {
  export const contexts: ReadonlyMap<string, Record<string, unknown>>
}

declare module '@digitalbazaar/data-integrity' {
  /** Signs bytes with the key named by `id`, a DID URL. */
  export type Signer = {
    id: string
    algorithm: string
    sign(options: { data: Uint8Array }): Promise<Uint8Array>
    publicKey?: Uint8Array
    multisign?(options: { header: Uint8Array; messages: Uint8Array[] }): Promise<Uint8Array>
  }
  /** One of the cryptosuites below; its inner form belongs to the packages. */
  export type Cryptosuite = { readonly name: string }
  export class DataIntegrityProof {
    constructor(options: {
      signer?: Signer
      cryptosuite: Cryptosuite
      date?: string | Date | null
    })
  }
}

declare module '@digitalbazaar/bbs-2023-cryptosuite' {
  import type { Cryptosuite } from '@digitalbazaar/data-integrity'
  export function createSignCryptosuite(options: { mandatoryPointers: string[] }): Cryptosuite
  export function createVerifyCryptosuite(options: {
    expectedPresentationHeader?: Uint8Array
  }): Cryptosuite
}

declare module '@digitalbazaar/di-sd-primitives' {
  type Options = { documentLoader: (url: string) => Promise<unknown> }
  type Labels = { canonicalIdMap: Map<string, string> }
  type LabelMapFunction = (labels: Labels) => Promise<Map<string, string>>
  export function createHmac(options: { key: Uint8Array }): Promise<object>
  export function createHmacIdLabelMapFunction(options: { hmac: object }): LabelMapFunction
  type Document = Record<string, unknown>
  type Statements = readonly string[]
  export function skolemizeCompactJsonLd(options: {
    document: Document
    options: Options
  }): Promise<{ compact: Document; expanded: Document[] }>
  export function toDeskolemizedNQuads(options: {
    document: Document[]
    options: Options
  }): Promise<string[]>
  export function labelReplacementCanonicalizeNQuads(options: {
    nquads: Statements
    labelMapFactoryFunction: LabelMapFunction
    options: Options
  }): Promise<{ labelMap: Map<string, string>; nquads: string[] }>
  export function selectCanonicalNQuads(options: {
    document: Document
    pointers: readonly string[]
    labelMap: ReadonlyMap<string, string>
    options: Options
  }): Promise<{ nquads: string[]; deskolemizedNQuads: string[] }>
  export function canonicalize(
    nquads: string,
    options: Options & Labels & { inputFormat: 'application/n-quads' },
  ): Promise<string>
  export function selectJsonLd(options: {
    document: Record<string, unknown>
    pointers: readonly string[]
  }): Record<string, unknown> | null
  export function stringToUtf8Bytes(text: string): Uint8Array
  export function stripBlankNodePrefixes(labels: Map<string, string>): Map<string, string>
}

declare module '@digitalbazaar/eddsa-rdfc-2022-cryptosuite' {
  import type { Cryptosuite } from '@digitalbazaar/data-integrity'
  export const cryptosuite: Cryptosuite
}

declare module '@digitalbazaar/vc' {
  import type { DataIntegrityProof } from '@digitalbazaar/data-integrity'

  type Document = Record<string, unknown>
  type DocumentLoader = (url: string) => Promise<unknown>
  export type VerificationResult = { verified: boolean; error?: unknown }
  export function issue(options: {
    credential: Document
    suite: DataIntegrityProof
    documentLoader: DocumentLoader
    now?: Date
  }): Promise<Document>
  export function verifyCredential(options: {
    credential: Document
    suite: DataIntegrityProof | DataIntegrityProof[]
    documentLoader: DocumentLoader
    checkStatus?: () => Promise<{ verified: boolean }>
    now?: Date
    maxClockSkew?: number
  }): Promise<VerificationResult>
  export function signPresentation(options: {
    presentation: Document
    suite: DataIntegrityProof
    documentLoader: DocumentLoader
    challenge: string
    domain?: string
  }): Promise<Document>
}

declare module 'jsonld-signatures' {
  import type { DataIntegrityProof } from '@digitalbazaar/data-integrity'

  type Document = Record<string, unknown>
  class ProofPurpose {
    private readonly purposeBrand: never
  }
  class AssertionProofPurpose extends ProofPurpose {}
  class AuthenticationProofPurpose extends ProofPurpose {
    constructor(options: { challenge: string; domain?: string })
  }
  type Options = {
    suite: DataIntegrityProof | DataIntegrityProof[]
    purpose: ProofPurpose
    documentLoader: (url: string) => Promise<unknown>
  }
  const signatures: {
    sign(document: Document, options: Options): Promise<Document>
    verify(document: Document, options: Options): Promise<{ verified: boolean; error?: unknown }>
    purposes: {
      AssertionProofPurpose: typeof AssertionProofPurpose
      AuthenticationProofPurpose: typeof AuthenticationProofPurpose
    }
  }
  export default signatures
}

declare module '@digitalbazaar/bbs-signatures' {
  type Options = { ciphersuite: string; publicKey: Uint8Array; header: Uint8Array }
  export function sign(
    options: Options & { secretKey: Uint8Array; messages: Uint8Array[] },
  ): Promise<Uint8Array>
  export function verifySignature(
    options: Options & { signature: Uint8Array; messages: Uint8Array[] },
  ): Promise<boolean>
  export function deriveProof(
    options: Options & {
      signature: Uint8Array
      messages: Uint8Array[]
      presentationHeader: Uint8Array
      disclosedMessageIndexes: number[]
    },
  ): Promise<Uint8Array>
  export function verifyProof(
    options: Options & {
      proof: Uint8Array
      presentationHeader: Uint8Array
      disclosedMessages: Uint8Array[]
      disclosedMessageIndexes: number[]
    },
  ): Promise<boolean>
}

declare module 'digitalbazaar-bbs-signatures' {
  export { deriveProof, sign, verifyProof, verifySignature } from '@digitalbazaar/bbs-signatures'
}

declare module 'jsonld' {
  type Loader = (url: string) => Promise<unknown>
  const jsonld: {
    expand(
      document: Record<string, unknown>,
      options: { documentLoader: Loader; safe: boolean },
    ): Promise<unknown[]>
  }
  export default jsonld
}
