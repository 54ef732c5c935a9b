import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Hex, toHex } from '@ambrosia/primitives/Bytes'
import { ristretto255 } from '@noble/curves/ed25519.js'
import fc from 'fast-check'
import { addDealings } from './Generation.ts'
import * as Resharing from './Resharing.ts'
import * as Sharing from './Sharing.ts'
import { fixedRandom } from './testing/fixedRandom.ts'

const RUNS = { numRuns: 15, seed: 13 }

type Case = { seed: number; threshold: number; count: number }
const cases: fc.Arbitrary<Case> = fc
  .record({ seed: fc.nat(1_000_000), count: fc.integer({ min: 1, max: 9 }) })
  .chain(({ seed, count }) =>
    fc.integer({ min: 1, max: count }).map((threshold) => ({ seed, threshold, count })),
  )

function shareOut({ seed, threshold, count }: Case) {
  const randomBytes = fixedRandom(seed)
  const secret = Sharing.createSecret(randomBytes)
  // Any indices will do, not only those that follow each other.
  const indices = Array.from({ length: count }, (_, place) => 3 * place + 1 + (seed % 3))
  return { secret, indices, ...Sharing.split(secret, { threshold, indices, randomBytes }) }
}

/** The share with its value turned by one. */
function changed(share: Sharing.Share): Sharing.Share {
  const byte = (Number.parseInt(share.value.slice(2, 4), 16) ^ 1).toString(16).padStart(2, '0')
  return { ...share, value: `0x${byte}${share.value.slice(4)}` }
}

describe('sharing', () => {
  it('any threshold of shares make the secret, whichever they are', () => {
    fc.assert(
      fc.property(cases, fc.nat(), (shape, turn) => {
        const { secret, shares, commitments } = shareOut(shape)
        const turned = shares.map((_, place) => shares[(place + turn) % shares.length]!)
        for (let size = shape.threshold; size <= shape.count; size++) {
          assert.equal(Sharing.combine(turned.slice(0, size), commitments), secret)
        }
      }),
      RUNS,
    )
  })

  it('fewer are refused, and tell nothing: any secret fits them', () => {
    const { shares, commitments, secret } = shareOut({ seed: 1, threshold: 3, count: 5 })
    const two = shares.slice(0, 2)
    assert.throws(() => Sharing.combine(two, commitments), { code: 'Threshold.TooFewShares' })
    // With the commitments of a lower degree that two shares would fit, the secret is another.
    const guess = Sharing.split(secret, { threshold: 2, indices: [1, 2] })
    assert.throws(() => Sharing.combine(two, guess.commitments), { code: 'Threshold.BadShares' })
  })

  it('a wrong share is found, and who gave it is named', () => {
    fc.assert(
      fc.property(cases, fc.nat(), (shape, at) => {
        const { shares, commitments } = shareOut(shape)
        const place = at % shares.length
        const wrong = shares.with(place, changed(shares[place]!))
        assert.ok(!Sharing.isValid(wrong[place]!, commitments))
        assert.throws(() => Sharing.combine(wrong, commitments), {
          code: 'Threshold.BadShares',
          culprits: [shares[place]!.index],
        })
      }),
      RUNS,
    )
  })

  it("another's share under one's own index, and shares twice", () => {
    const { shares, commitments } = shareOut({ seed: 2, threshold: 2, count: 3 })
    const [first, second] = shares as [Sharing.Share, Sharing.Share]
    const stolen = { ...second, index: first.index }
    assert.ok(!Sharing.isValid(stolen, commitments))
    const bad = { code: 'Threshold.BadParameters' }
    assert.throws(() => Sharing.combine([first, first], commitments), bad)
    assert.throws(() => Sharing.combine([], commitments), bad)
  })

  it('public keys are those of the secret and of the shares', () => {
    const { shares, commitments, secret } = shareOut({ seed: 3, threshold: 3, count: 4 })
    const pointOf = (value: Hex) => {
      const scalar = ristretto255.Point.Fn.fromBytes(Buffer.from(value.slice(2), 'hex'))
      return toHex(ristretto255.Point.BASE.multiply(scalar).toBytes())
    }
    assert.equal(Sharing.publicKey(commitments), pointOf(secret))
    for (const { index, value } of shares) {
      assert.equal(Sharing.sharePublicKey(commitments, index), pointOf(value))
    }
    assert.throws(() => Sharing.sharePublicKey(commitments, 0))
  })

  it('refuses parameters that share nothing, or give the secret itself away', () => {
    const secret = Sharing.createSecret(fixedRandom(4))
    const bad = { code: 'Threshold.BadParameters' }
    for (const [threshold, indices] of [
      [0, [1]],
      [2, [1]],
      [1.5, [1, 2]],
      [1, []],
      [1, [0]],
      [1, [256]],
      [1, [1.5]],
      [1, [1, 1]],
    ] as [number, number[]][]) {
      assert.throws(() => Sharing.split(secret, { threshold, indices }), bad, `${indices}`)
    }
    Sharing.split(secret, { threshold: 1, indices: [255] })
  })

  it('hostile encodings are refused, or no share', () => {
    const { shares, commitments } = shareOut({ seed: 5, threshold: 2, count: 3 })
    const order = `0xedd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010` as Hex
    const malformed = { code: 'Threshold.Malformed' }
    for (const value of ['0x', '0x00', order, `0x${'ff'.repeat(32)}`, 'nothing'] as Hex[]) {
      assert.ok(!Sharing.isValid({ index: 1, value }, commitments), value)
      assert.throws(() => Sharing.split(value, { threshold: 1, indices: [1] }), malformed, value)
    }
    const notAPoint = [`0x${'ff'.repeat(32)}` as Hex, commitments[1] as Hex]
    assert.ok(!Sharing.isValid(shares[0]!, notAPoint))
    assert.throws(() => Sharing.publicKey(notAPoint), malformed)
    assert.throws(() => Sharing.publicKey([]), { code: 'Threshold.BadParameters' })
  })

  it('keys of different uses differ; commitments have one hash', () => {
    const { secret, commitments } = shareOut({ seed: 6, threshold: 2, count: 2 })
    const one = toHex(Sharing.deriveKey(secret, 'tags'))
    assert.notEqual(one, toHex(Sharing.deriveKey(secret, 'sealing')))
    assert.equal(Sharing.hashCommitments(commitments).length, 32)
    const turned = [...commitments].reverse()
    assert.notDeepEqual(Sharing.hashCommitments(turned), Sharing.hashCommitments(commitments))
  })
})

/** What holder `index` received of dealings, by dealer. */
function receivedBy(index: number, dealings: ReadonlyMap<number, Sharing.Dealing>) {
  return [...dealings].map(([dealer, { commitments, shares }]) => ({
    dealer,
    commitments,
    share: shares.find((share) => share.index === index) as Sharing.Share,
  }))
}

describe('generation', () => {
  const indices = [1, 2, 3, 4]
  const dealings = new Map(
    indices.map((dealer) => {
      const randomBytes = fixedRandom(100 + dealer)
      const part = Sharing.createSecret(randomBytes)
      return [dealer, Sharing.split(part, { threshold: 3, indices, randomBytes })]
    }),
  )

  it('all hold shares of one secret that nobody made', () => {
    const held = indices.map((index) => addDealings(receivedBy(index, dealings)))
    const { commitments } = held[0]!
    for (const each of held) assert.deepEqual(each.commitments, commitments)
    const shares = held.map(({ share }) => share)
    const secret = Sharing.combine(shares.slice(0, 3), commitments)
    assert.equal(Sharing.combine(shares.slice(1), commitments), secret)
  })

  it('a dealer who deals a wrong share is named', () => {
    const received = receivedBy(2, dealings)
    const wrong = received.with(3, { ...received[3]!, share: changed(received[3]!.share) })
    assert.throws(() => addDealings(wrong), { code: 'Threshold.BadShares', culprits: [4] })
  })

  it('two dealings of one dealer, or of different kinds', () => {
    const received = receivedBy(2, dealings)
    const bad = { code: 'Threshold.BadParameters' }
    assert.throws(() => addDealings([...received, received[0]!]), bad)
    assert.throws(() => addDealings([]), bad)
    const other = receivedBy(3, dealings)
    assert.throws(() => addDealings(received.with(0, other[0]!)), bad)
    const lower = Sharing.split(Sharing.createSecret(), { threshold: 2, indices })
    const mixed = { dealer: 9, commitments: lower.commitments, share: lower.shares[1]! }
    assert.throws(() => addDealings([...received, mixed]), bad)
  })
})

describe('resharing', () => {
  function handOn(shape: Case, next: Case, dealerCount = shape.threshold) {
    const old = shareOut(shape)
    const indices = Array.from({ length: next.count }, (_, place) => place + 1)
    const randomBytes = fixedRandom(next.seed + 7)
    const dealings = new Map(
      old.shares.slice(0, dealerCount).map((share) => {
        const held = { share, commitments: old.commitments }
        const options = { threshold: next.threshold, indices, randomBytes }
        return [share.index, Resharing.deal(held, options)]
      }),
    )
    const receive = (index: number) =>
      Resharing.receive(receivedBy(index, dealings), old.commitments)
    return { old, indices, dealings, receive }
  }

  it('keeps the secret, whatever the old and the new holders', () => {
    fc.assert(
      fc.property(cases, cases, (shape, next) => {
        const { old, indices, receive } = handOn(shape, next)
        const held = indices.map(receive)
        const { commitments } = held[0]!
        assert.equal(commitments.length, next.threshold)
        const shares = held.map(({ share }) => share)
        assert.equal(Sharing.combine(shares.slice(0, next.threshold), commitments), old.secret)
        assert.equal(Sharing.publicKey(commitments), Sharing.publicKey(old.commitments))
      }),
      RUNS,
    )
  })

  it('old shares do not fit the new ones: who left holds nothing', () => {
    const shape = { seed: 8, threshold: 2, count: 3 }
    const { old, receive } = handOn(shape, shape, 3)
    const renewed = receive(1)
    assert.ok(!Sharing.isValid(old.shares[0]!, renewed.commitments))
    assert.throws(() => Sharing.combine([renewed.share, old.shares[1]!], renewed.commitments), {
      code: 'Threshold.BadShares',
    })
  })

  it('a dealer that deals another secret than its share is named', () => {
    const shape = { seed: 9, threshold: 2, count: 3 }
    const { old, dealings, indices } = handOn(shape, shape, 3)
    const liar = old.shares[1]!.index
    const other = Sharing.createSecret(fixedRandom(10))
    dealings.set(liar, Sharing.split(other, { threshold: 2, indices }))
    assert.throws(() => Resharing.receive(receivedBy(1, dealings), old.commitments), {
      code: 'Threshold.BadShares',
      culprits: [liar],
    })
  })

  it('a dealer that deals one of them a wrong share is named by that one', () => {
    const shape = { seed: 11, threshold: 2, count: 3 }
    const { old, dealings } = handOn(shape, shape, 3)
    const received = receivedBy(2, dealings)
    const wrong = received.with(1, { ...received[1]!, share: changed(received[1]!.share) })
    assert.throws(() => Resharing.receive(wrong, old.commitments), {
      code: 'Threshold.BadShares',
      culprits: [received[1]!.dealer],
    })
  })

  it('fewer dealers than the old threshold are refused', () => {
    const { receive } = handOn(
      { seed: 12, threshold: 3, count: 4 },
      { seed: 0, threshold: 1, count: 1 },
      2,
    )
    assert.throws(() => receive(1), { code: 'Threshold.TooFewShares' })
  })
})
