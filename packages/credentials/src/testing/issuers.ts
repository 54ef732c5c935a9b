import * as Bbs from '../Bbs.ts'
import * as Contexts from '../Contexts.ts'
import type { BbsIssuerKey } from '../Credential.ts'
import type { JsonObject } from '../DataModel.ts'
import * as DidAmbrosia from '../DidAmbrosia.ts'
import * as DidKey from '../DidKey.ts'
import { createHolderKey, type HolderKey, toMulticodec } from '../Keys.ts'
import { createResolver } from '../Resolver.ts'

/** Well-known keys, a resolver over a map, and a credential, for tests. */

const CHAIN_ID = 31337n
const CONTROLLER = '0x00000000000000000000000000000000000000c0'
export const NOW_MS = Date.parse('2026-06-01T12:00:00Z')
export const CLAIM_NAMES = ['birthYearBand', 'sex', 'conditionCode', 'hba1cLatest', 'hba1cYear']
export const MANDATORY_POINTERS = [
  '/@context',
  '/type',
  '/issuer',
  '/validFrom',
  '/validUntil',
  '/credentialSubject/claimProfile',
  '/credentialSubject/form',
]

export type TestIssuer = {
  did: string
  key: BbsIssuerKey
  /** Ed25519 key of the same DID, for status lists. */
  eddsaKey: BbsIssuerKey
  /** What stands on chain; a test may change it. */
  document: DidAmbrosia.OnChainDocument
  resolver: ReturnType<typeof createResolver>
}

const filled = (byte: number) => (sizeBytes: number) => new Uint8Array(sizeBytes).fill(byte)

/** An issuer with a did:ambrosia whose document is in `document`. */
export async function createTestIssuer(byte = 7): Promise<TestIssuer> {
  await Bbs.ready()
  const pair = Bbs.keyPair('BLS12-381-SHA-256', filled(byte)(32))
  const eddsa = createHolderKey(filled(byte + 1))
  const id = DidAmbrosia.idOf(CONTROLLER, filled(byte)(32))
  const did = DidAmbrosia.toDid(CHAIN_ID, id)
  const issuer: TestIssuer = {
    did,
    key: { id: `${did}#bbs`, ...pair },
    eddsaKey: { id: `${did}#status`, secretKey: eddsa.secretKey, publicKey: eddsa.publicKey },
    document: {
      controller: CONTROLLER,
      methods: [
        method('bbs', DidAmbrosia.PURPOSES.assertionMethod, 'BLS12-381-G2', pair.publicKey),
        method('status', DidAmbrosia.PURPOSES.assertionMethod, 'Ed25519', eddsa.publicKey),
      ],
      services: [],
      versionId: 12n,
      deactivated: false,
    },
    resolver: createResolver({
      readDidAmbrosia: async (chainId, asked) =>
        chainId === CHAIN_ID && asked === id ? issuer.document : undefined,
    }),
  }
  return issuer
}

function method(
  fragment: string,
  purposes: number,
  type: Parameters<typeof toMulticodec>[0]['type'],
  bytes: Uint8Array,
): DidAmbrosia.Method {
  return { fragment, purposes, multikey: toMulticodec({ type, bytes }) }
}

export function createTestHolder(byte = 3): HolderKey {
  return createHolderKey(filled(byte))
}

/** A did:key issuer for the VC-API, with an Ed25519 key. */
export function createTestEddsaIssuer(byte = 5): BbsIssuerKey & { did: string } {
  const { did, secretKey, publicKey } = createHolderKey(filled(byte))
  return { did, id: DidKey.toVerificationMethodId(did), secretKey, publicKey }
}

export const testLoader = Contexts.createLoader({ claimNames: CLAIM_NAMES })

/** An unsigned record credential. */
export function recordCredential(issuer: string, holder: string): JsonObject {
  return {
    '@context': [Contexts.CREDENTIALS_V2, Contexts.HEALTH_RECORD],
    type: ['VerifiableCredential', 'HealthRecordCredential'],
    issuer,
    validFrom: '2026-01-01T00:00:00Z',
    validUntil: '2027-01-01T00:00:00Z',
    credentialStatus: {
      type: 'BitstringStatusListEntry',
      statusPurpose: 'revocation',
      statusListIndex: '94567',
      statusListCredential: 'http://127.0.0.1:4100/status/1',
    },
    credentialSubject: {
      subjectHandle: 'aa'.repeat(32),
      holder,
      claimProfile: `0x${'bb'.repeat(32)}`,
      form: 'safe-harbor',
      birthYearBand: '1965-1969',
      sex: 'female',
      conditionCode: ['44054006', '38341003'],
      hba1cLatest: 71,
      hba1cYear: 2025,
      group: ['Observation|http://loinc.org|4548-4|3|0x00|2023|2025'],
      resourceDigest: Array.from(
        { length: 25 },
        (_, index) => `sha256:${index.toString(16).padStart(64, '0')}`,
      ),
    },
  }
}
