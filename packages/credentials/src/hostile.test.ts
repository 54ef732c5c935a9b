import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { fromBase64url, toBase64url } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import fc from 'fast-check'
import * as Credential from './Credential.ts'
import { decodeDerivedProof } from './credential/derivedProof.ts'
import type { JsonObject } from './DataModel.ts'
import { decode } from './StatusList.ts'
import {
  createTestHolder,
  createTestIssuer,
  MANDATORY_POINTERS,
  NOW_MS,
  recordCredential,
  type TestIssuer,
  testLoader,
} from './testing/issuers.ts'
import * as VcApi from './VcApi.ts'

/**
 * Whatever a stranger sends is refused with one of our errors, and nothing that they changed comes
 * out as verified.
 */
const HEADER = new Uint8Array(32).fill(1)
const SEED = 20260601
let issuer: TestIssuer
let derived: JsonObject
let expected: string

before(async () => {
  issuer = await createTestIssuer()
  const signed = await Credential.issueBbs({
    credential: recordCredential(issuer.did, createTestHolder().did),
    key: issuer.key,
    mandatoryPointers: MANDATORY_POINTERS,
    loader: testLoader,
  })
  derived = await Credential.deriveBbs({
    signed,
    selectivePointers: [
      '/credentialStatus',
      '/credentialSubject/sex',
      '/credentialSubject/conditionCode',
      '/credentialSubject/resourceDigest/2',
    ],
    presentationHeader: HEADER,
    loader: testLoader,
  })
  expected = JSON.stringify(await verify(derived))
})

const verify = (document: unknown) =>
  Credential.verifyBbs({
    derived: document,
    resolver: issuer.resolver,
    loader: testLoader,
    expectedPresentationHeader: HEADER,
    nowMs: NOW_MS,
  })

/** A place in a document and a value to put there. */
const mutation = fc.tuple(
  fc.array(fc.nat(9), { minLength: 1, maxLength: 4 }),
  fc.oneof(
    fc.constantFrom<unknown>('', 'x', '_:b0', null, [], {}, 0, -1, 1.5, true, ['x'], {
      '@id': 'x',
    }),
    fc.jsonValue(),
  ),
  fc.constantFrom('replace', 'delete', 'wrap', 'add'),
)

/**
 * The document with one member changed; the path's numbers choose among the members at each level.
 */
function mutate(document: JsonObject, [path, value, kind]: [number[], unknown, string]): unknown {
  const copy = structuredClone(document)
  let parent = copy as Record<string, unknown>
  let key = ''
  for (const step of path) {
    const keys = Object.keys(parent)
    key = keys[step % Math.max(1, keys.length)] ?? 'x'
    const next = parent[key]
    if (step === path.at(-1) || typeof next !== 'object' || next === null) break
    parent = next as Record<string, unknown>
  }
  if (kind === 'delete') delete parent[key]
  else if (kind === 'wrap') parent[key] = [parent[key]]
  else parent[kind === 'add' ? '@graph' : key] = value
  return copy
}

describe('verifyBbs', () => {
  it('gives the signed statements or refuses, whatever is changed', async () => {
    await fc.assert(
      fc.asyncProperty(mutation, async (change) => {
        const outcome = await verify(mutate(derived, change)).then(
          (verified) => JSON.stringify(verified),
          (error: unknown) => error,
        )
        if (typeof outcome === 'string') assert.equal(outcome, expected)
        else assert.ok(outcome instanceof AmbrosiaError, String(outcome))
      }),
      { numRuns: 400, seed: SEED },
    )
  })

  it('refuses any other JSON', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        await assert.rejects(verify(value), AmbrosiaError)
      }),
      { numRuns: 200, seed: SEED },
    )
  })
})

describe('decodeDerivedProof', () => {
  it('refuses every other spelling of a proof', () => {
    const text = (derived['proof'] as { proofValue: string }).proofValue
    const bytes = fromBase64url(text.slice(1))
    const spell = (proofValue: string) => {
      const proof = decodeDerivedProof(proofValue)
      return JSON.stringify({ ...proof, labelMap: [...proof.labelMap] })
    }
    const parsed = spell(text)
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = bytes.with(at, (bytes[at] as number) ^ flip)
        try {
          assert.notEqual(spell(`u${toBase64url(changed)}`), parsed)
        } catch (error) {
          if (!(error instanceof AmbrosiaError)) throw error
        }
      }),
      { numRuns: 2000, seed: SEED },
    )
  })

  it('reads no count that the bytes do not have', () => {
    const head = [0xd9, 0x5d, 0x03]
    for (const tail of [
      [],
      [0x84],
      [0x85, 0x5a, 0xff, 0xff, 0xff, 0xff],
      [0x85, 0x40, 0xba, 0xff, 0xff, 0xff, 0xff],
      [0x85, 0x40, 0xa0, 0x9a, 0xff, 0xff, 0xff, 0xff],
      [0x85, 0x40, 0xa0, 0x9b, 0, 0, 0, 1, 0, 0, 0, 0],
      [0x85, 0x58, 0x01, 0, 0xa0, 0x80, 0x80, 0x40],
      [0x85, 0x5f, 0x40, 0xff, 0xa0, 0x80, 0x80, 0x40],
      [0x85, 0x40, 0xa2, 0, 0, 0, 1, 0x80, 0x80, 0x40],
      [0x85, 0x40, 0xa2, 0, 0, 1, 0, 0x80, 0x80, 0x40],
      [0x85, 0x40, 0xa0, 0x82, 1, 0, 0x80, 0x40],
      [0x85, 0x40, 0xa0, 0x80, 0x80, 0x40, 0],
    ]) {
      const text = `u${toBase64url(Uint8Array.from([...head, ...tail]))}`
      assert.throws(() => decodeDerivedProof(text), { code: 'Credential.ProofInvalid' }, `${tail}`)
    }
    assert.throws(() => decodeDerivedProof(`u${'A'.repeat(2_000_000)}`), {
      code: 'Credential.ProofInvalid',
    })
  })
})

describe('StatusList.decode', () => {
  it('refuses any other text with an error of ours', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const gzip = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, ...bytes)
        assert.throws(() => decode(`u${toBase64url(gzip)}`), AmbrosiaError)
      }),
      { numRuns: 300, seed: SEED },
    )
  })
})

describe('VcApi', () => {
  it('answers 400 to whatever is not a request', async () => {
    const context: VcApi.Context = {
      issuer: issuer.did,
      signing: { cryptosuite: 'bbs-2023', key: issuer.key },
      loader: testLoader,
      resolver: issuer.resolver,
      now: () => NOW_MS,
    }
    const names = ['credential', 'verifiableCredential', 'verifiablePresentation', 'options']
    const body = fc.oneof(
      fc.jsonValue(),
      fc.dictionary(fc.constantFrom(...names), fc.jsonValue()),
      mutation.map((change) => ({ verifiableCredential: mutate(derived, change) })),
    )
    const routes = VcApi.routes(context)
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...routes), body, async (route, value) => {
        assert.equal((await route.handle(value)).status, 400)
      }),
      { numRuns: 300, seed: SEED },
    )
  })
})
