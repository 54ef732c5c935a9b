import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import * as Contexts from './Contexts.ts'
import * as Credential from './Credential.ts'
import { CLAIM_TEXT_SIZE } from './credential/assertRecordShape.ts'
import {
  assertCredential,
  DOCUMENT_DEPTH,
  DOCUMENT_MEMBER_COUNT,
  DOCUMENT_TEXT_SIZE,
  type JsonObject,
} from './DataModel.ts'
import {
  createTestHolder,
  createTestIssuer,
  MANDATORY_POINTERS,
  recordCredential,
  type TestIssuer,
  testLoader,
} from './testing/issuers.ts'

/** Each limit holds at its value and refuses one beyond it. */
const credential = (more: unknown): JsonObject => ({
  '@context': [Contexts.CREDENTIALS_V2],
  type: ['VerifiableCredential'],
  issuer: 'did:example:a',
  credentialSubject: { more },
})

const nested = (depth: number): unknown => {
  let value: unknown = 'x'
  for (let level = 0; level < depth; level++) value = { value }
  return value
}

describe('a document', () => {
  const refused = { code: 'DataModel.Malformed' }

  it('has a depth', () => {
    // The document, its subject and the member are three levels above the innermost text.
    const above = 2
    assertCredential(credential(nested(DOCUMENT_DEPTH - above)))
    assert.throws(() => assertCredential(credential(nested(DOCUMENT_DEPTH - above + 1))), refused)
  })

  it('has a number of members', () => {
    const count = (size: number) => credential(Array.from({ length: size }, () => 0))
    // Document, context, type, issuer and subject with their members.
    const others = 8
    assertCredential(count(DOCUMENT_MEMBER_COUNT - others))
    assert.throws(() => assertCredential(count(DOCUMENT_MEMBER_COUNT - others + 1)), refused)
  })

  it('has a size', () => {
    const names = JSON.stringify(credential('')).replace(/[[\]{}":,]/g, '').length
    const marks = 2 * 3 + 1
    const text = 'x'.repeat(DOCUMENT_TEXT_SIZE - names - marks)
    assertCredential(credential(text.slice(64)))
    assert.throws(() => assertCredential(credential(`${text}${'x'.repeat(64)}`)), refused)
  })
})

describe('a record', () => {
  let issuer: TestIssuer
  before(async () => {
    issuer = await createTestIssuer()
  })

  const issue = (sex: string) => {
    const unsigned = recordCredential(issuer.did, createTestHolder().did)
    const credentialSubject = { ...(unsigned['credentialSubject'] as JsonObject), sex }
    return Credential.issueBbs({
      credential: { ...unsigned, credentialSubject },
      key: issuer.key,
      mandatoryPointers: MANDATORY_POINTERS,
      loader: testLoader,
    })
  }

  it('has claims of a size', async () => {
    await issue('x'.repeat(CLAIM_TEXT_SIZE))
    await assert.rejects(issue('x'.repeat(CLAIM_TEXT_SIZE + 1)), { code: 'Credential.Malformed' })
  })

  it('has texts that are well-formed', async () => {
    await assert.rejects(issue('\ud800'), { code: 'Credential.Malformed' })
  })

  it('has a number of claims', () => {
    const names = (count: number) => Array.from({ length: count }, (_, index) => `claim${index}`)
    Contexts.contextFor(names(Contexts.CLAIM_LIMIT))
    assert.throws(() => Contexts.contextFor(names(Contexts.CLAIM_LIMIT + 1)), {
      code: 'Contexts.InvalidClaimName',
    })
  })
})
