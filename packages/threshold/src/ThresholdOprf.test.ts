import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fromHex, fromUtf8, type Hex, toHex } from '@ambrosia/primitives/Bytes'
import { ristretto255_oprf } from '@noble/curves/ed25519.js'
import * as Resharing from './Resharing.ts'
import * as Sharing from './Sharing.ts'
import * as ThresholdOprf from './ThresholdOprf.ts'
import { fixedRandom } from './testing/fixedRandom.ts'

const INPUT = fromUtf8('passport NL 123456789')
const indices = [1, 2, 3, 4, 5]
const secret = Sharing.createSecret(fixedRandom(1))
const { commitments, shares } = Sharing.split(secret, {
  threshold: 3,
  indices,
  randomBytes: fixedRandom(2),
})
const holders = shares.map((share) => ({ share, commitments }))
const answersTo = (request: ThresholdOprf.Request, which: readonly number[]) =>
  which.map((place) => ThresholdOprf.evaluate(holders[place]!, request.blinded, fixedRandom(place)))

describe('threshold OPRF', () => {
  it('gives what RFC 9497 gives under the whole key, whoever answers', () => {
    const { voprf } = ristretto255_oprf
    const key = fromHex(secret)
    const publicKey = fromHex(Sharing.publicKey(commitments))
    const { blind, blinded } = voprf.blind(INPUT)
    const { evaluated, proof } = voprf.blindEvaluate(key, publicKey, blinded)
    const whole = voprf.finalize(INPUT, blind, evaluated, blinded, publicKey, proof)
    for (const which of [
      [0, 1, 2],
      [4, 2, 0],
      [1, 3, 4],
      [0, 1, 2, 3, 4],
    ]) {
      const request = ThresholdOprf.createRequest(INPUT, fixedRandom(which[0]! + 50))
      const output = ThresholdOprf.combine(request, answersTo(request, which), commitments)
      assert.equal(toHex(output), toHex(whole), String(which))
    }
  })

  it('requests for one input cannot be told to be so, and their tags are one', () => {
    const one = ThresholdOprf.createRequest(INPUT, fixedRandom(60))
    const two = ThresholdOprf.createRequest(INPUT, fixedRandom(61))
    assert.notEqual(one.blinded, two.blinded)
    const tagOf = (request: ThresholdOprf.Request) =>
      ThresholdOprf.personTag(
        ThresholdOprf.combine(request, answersTo(request, [0, 1, 2]), commitments),
      )
    assert.equal(tagOf(one), tagOf(two))
    const other = ThresholdOprf.createRequest(fromUtf8('another person'), fixedRandom(60))
    assert.notEqual(tagOf(other), tagOf(one))
  })

  it('a wrong answer is found, and who gave it is named', () => {
    const request = ThresholdOprf.createRequest(INPUT, fixedRandom(70))
    const answers = answersTo(request, [0, 1, 2])
    const [, second, third] = answers as [
      ThresholdOprf.Evaluation,
      ThresholdOprf.Evaluation,
      ThresholdOprf.Evaluation,
    ]
    const stranger = ThresholdOprf.createRequest(fromUtf8('x'), fixedRandom(71))
    const wrong: ThresholdOprf.Evaluation[] = [
      { ...second, element: third.element },
      { ...second, proof: third.proof },
      { ...second, index: 5 },
      { ...second, index: 0 },
      { ...second, element: '0x' as Hex },
      { ...second, proof: `0x${'00'.repeat(64)}` as Hex },
      { ...second, element: `0x${'00'.repeat(32)}` as Hex },
      { ...answersTo(stranger, [1])[0]! },
    ]
    for (const [number, answer] of wrong.entries()) {
      assert.throws(
        () => ThresholdOprf.combine(request, answers.with(1, answer), commitments),
        { code: 'Threshold.BadShares', culprits: [answer.index] },
        `case ${number}`,
      )
    }
  })

  it('too few answers, or one twice', () => {
    const request = ThresholdOprf.createRequest(INPUT, fixedRandom(80))
    const [one, two] = answersTo(request, [0, 1]) as [
      ThresholdOprf.Evaluation,
      ThresholdOprf.Evaluation,
    ]
    const few = { code: 'Threshold.TooFewShares' }
    assert.throws(() => ThresholdOprf.combine(request, [one, two], commitments), few)
    assert.throws(() => ThresholdOprf.combine(request, [one, two, two], commitments), few)
    assert.throws(() => ThresholdOprf.combine(request, [], commitments), few)
  })

  it('holders refuse what is not a blinded input', () => {
    const held = holders[0]!
    for (const blinded of ['0x', `0x${'ff'.repeat(32)}`, `0x${'00'.repeat(32)}`] as Hex[]) {
      assert.throws(() => ThresholdOprf.evaluate(held, blinded), `${blinded}`)
    }
  })

  it('tags stay when the holders change', () => {
    const request = ThresholdOprf.createRequest(INPUT, fixedRandom(90))
    const before = ThresholdOprf.combine(request, answersTo(request, [0, 1, 2]), commitments)
    const next = [1, 2, 3]
    const dealings = holders.slice(1, 4).map((held) => ({
      dealer: held.share.index,
      ...Resharing.deal(held, { threshold: 2, indices: next, randomBytes: fixedRandom(91) }),
    }))
    const renewed = next.map((index) =>
      Resharing.receive(
        dealings.map(({ dealer, commitments, shares }) => ({
          dealer,
          commitments,
          share: shares.find((share) => share.index === index)!,
        })),
        commitments,
      ),
    )
    const answers = renewed
      .slice(1)
      .map((held) => ThresholdOprf.evaluate(held, request.blinded, fixedRandom(92)))
    const after = ThresholdOprf.combine(request, answers, renewed[0]!.commitments)
    assert.equal(toHex(after), toHex(before))
  })
})
