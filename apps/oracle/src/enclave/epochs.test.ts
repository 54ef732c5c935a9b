import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { EpochKeys, epochsDomain } from '@ambrosia/exchange/quorum/EpochKeys'
import { createMemoryKeystore } from '@ambrosia/testing/createMemoryKeystore'
import { hash, newAccount } from '@ambrosia/testing/values'
import type { Address } from 'viem'
import { createEnclave } from './createEnclave.ts'
import type { Enclave, Outside, WrappedShare } from './Enclave.ts'
import type { EpochPlan, Member, SignedDealing } from './EpochPlan.ts'
import { openPlatform } from './platform.ts'

const CHAIN_ID = 31337
const NOW_SEC = 1_800_000_000
const [oracleAdmission, oracleEpochs, dealBook, packedQuorumVerifier] = [1, 2, 3, 4].map(
  () => newAccount().address,
) as [Address, Address, Address, Address]

type Node = Member & { enclave: Enclave; keystore: ReturnType<typeof createMemoryKeystore> }

/** An enclave that applied; the chain allows its program unless a test says otherwise. */
async function createNode(
  options: { isAllowed?: () => boolean; keystore?: Node['keystore']; operator?: Address } = {},
): Promise<Node> {
  const operator = options.operator ?? newAccount().address
  const keystore = options.keystore ?? createMemoryKeystore()
  const { isAllowed = () => true } = options
  const outside: Partial<Outside> = {
    measurementOf: async (measurement) =>
      isAllowed() ? { measurement, activatesAtSec: NOW_SEC - 100 } : undefined,
  }
  const enclave = await createEnclave({
    settings: {
      mode: 'development',
      chainId: CHAIN_ID,
      dealBook,
      oracleRegistry: newAccount().address,
      operator,
      network: { oracleAdmission, oracleEpochs, packedQuorumVerifier },
    },
    keystore,
    platform: openPlatform({ mode: 'development', validatorHash: hash('validator') }),
    outside: outside as Outside,
    now: () => NOW_SEC * 1000,
  })
  return {
    operator,
    enclave,
    keystore,
    ...(await enclave.apply(hash('block'), BigInt(NOW_SEC + 3600))),
  }
}

let nodes: [Node, Node, Node]
let plan: EpochPlan

before(async () => {
  nodes = [await createNode(), await createNode(), await createNode()]
  plan = planOf(nodes)
})

function planOf(members: readonly Member[], epoch = 1n): EpochPlan {
  return {
    epoch,
    members: members.map(({ operator, keys, evidence }) => ({ operator, keys, evidence })),
  }
}

const dealAll = (asked: EpochPlan): Promise<SignedDealing[]> =>
  Promise.all(nodes.map(({ enclave }) => enclave.deal(asked)))
const EXPIRES = BigInt(NOW_SEC + 600)

describe('evidence of other oracles', () => {
  it('is verified before a vote', async () => {
    const [one, other] = nodes
    assert.match(await one.enclave.vote(other), /^0x[0-9a-f]{130}$/)
    const otherKeys = { ...other.keys, encryptionKey: hash('a key of the host') }
    await assert.rejects(one.enclave.vote({ ...other, keys: otherKeys }), {
      code: 'Attestation.WrongKeys',
    })
    const evidence = other.evidence.slice()
    evidence[evidence.length - 1] = (evidence.at(-1) as number) ^ 1
    await assert.rejects(one.enclave.vote({ ...other, evidence }), {
      code: 'Attestation.SignatureInvalid',
    })
  })

  it('counts for programs that the chain allows alone', async () => {
    const strict = await createNode({ isAllowed: () => false })
    await assert.rejects(strict.enclave.vote(nodes[0]), { code: 'Attestation.WrongMeasurement' })
  })
})

describe('the secret of an epoch', () => {
  it('is dealt by all, comes to one commitment, and any two of three have it after a restart', async () => {
    const dealings = await dealAll(plan)
    const offers = await Promise.all(
      nodes.map(({ enclave }) => enclave.accept(plan, dealings, EXPIRES)),
    )
    const [first] = offers as [(typeof offers)[0]]
    const domain = epochsDomain(CHAIN_ID, oracleEpochs)
    for (const [place, { keys, signature, voter }] of offers.entries()) {
      const node = nodes[place] as Node
      assert.deepEqual(keys, first.keys)
      assert.equal(voter, node.operator)
      assert.ok(await EpochKeys.verify(keys, domain, node.keys.signer, signature))
    }
    const { tagCommitment } = first.keys
    const [one, other, third] = nodes
    const share = async (from: Node, to: Node): Promise<WrappedShare> => ({
      from: from.operator,
      envelope: await from.enclave.wrapShare(1n, tagCommitment, to.operator),
    })
    await assert.rejects(one.enclave.openShares(1n, tagCommitment, []), {
      code: 'Threshold.TooFewShares',
    })
    await one.enclave.openShares(1n, tagCommitment, [await share(other, one)])
    assert.deepEqual(await one.enclave.openEpochs(), [tagCommitment])
    // What is wrapped for one opens for nobody else, and under no other name.
    await assert.rejects(third.enclave.openShares(1n, tagCommitment, [await share(other, one)]), {
      code: 'Envelope.Refused',
    })
    const misnamed = { ...(await share(other, third)), from: one.operator }
    await assert.rejects(third.enclave.openShares(1n, tagCommitment, [misnamed]), {
      code: 'Envelope.Refused',
    })
    const { keystore, operator } = third
    const again = await createNode({ keystore, operator })
    assert.deepEqual(await again.enclave.openEpochs(), [], 'the secret itself is kept nowhere')
    await again.enclave.openShares(1n, tagCommitment, [await share(one, third)])
    assert.deepEqual(await again.enclave.openEpochs(), [tagCommitment])
  })

  it('goes to members alone, and to the keys that were attested', async () => {
    const dealings = await dealAll(plan)
    const { keys } = await nodes[0].enclave.accept(plan, dealings, EXPIRES)
    const stranger = newAccount().address
    await assert.rejects(nodes[0].enclave.wrapShare(1n, keys.tagCommitment, stranger), {
      code: 'Epoch.NotMember',
    })
    await assert.rejects(nodes[0].enclave.wrapShare(2n, keys.tagCommitment, nodes[1].operator), {
      code: 'Epoch.Unknown',
    })
    // A host that puts a key of its own into the plan.
    const swapped = plan.members.map((member, place) =>
      place === 1
        ? { ...member, keys: { ...member.keys, encryptionKey: hash('a key of the host') } }
        : member,
    )
    await assert.rejects(nodes[0].enclave.deal({ epoch: 1n, members: swapped }), {
      code: 'Attestation.WrongKeys',
    })
    await assert.rejects(nodes[0].enclave.deal(planOf(nodes.slice(1))), { code: 'Epoch.NotMember' })
  })

  it('takes no dealing that another did not sign, for other members or another epoch, twice, or too few', async () => {
    const [one] = nodes
    const dealings = (await dealAll(plan)) as [SignedDealing, SignedDealing, SignedDealing]
    const accept = (...given: SignedDealing[]) => one.enclave.accept(plan, given, EXPIRES)
    await assert.rejects(accept(dealings[0]), { code: 'Epoch.WrongPlan' })
    await assert.rejects(accept(dealings[0], dealings[0]), { code: 'Threshold.BadParameters' })
    const inAnotherName = {
      ...dealings[1],
      dealing: { ...dealings[1].dealing, dealer: nodes[2].operator },
    }
    await assert.rejects(accept(dealings[0], inAnotherName), { code: 'Epoch.WrongDealing' })
    const later = await nodes[1].enclave.deal(planOf(nodes, 2n))
    await assert.rejects(accept(dealings[0], later), { code: 'Epoch.WrongDealing' })
    const swappedShares = {
      ...dealings[1],
      dealing: { ...dealings[1].dealing, envelopes: [...dealings[1].dealing.envelopes].reverse() },
    }
    await assert.rejects(accept(dealings[0], swappedShares), { code: 'Epoch.WrongDealing' })
  })

  it('of a chain that reorganised takes the place of the one before', async () => {
    const [one, other] = nodes
    const first = (await dealAll(plan)) as [SignedDealing, SignedDealing, SignedDealing]
    const second = (await dealAll(plan)) as [SignedDealing, SignedDealing, SignedDealing]
    const commitments: string[] = []
    for (const dealings of [first, second]) {
      const { keys } = await one.enclave.accept(plan, dealings, EXPIRES)
      await other.enclave.accept(plan, dealings, EXPIRES)
      const { tagCommitment } = keys
      const envelope = await other.enclave.wrapShare(1n, tagCommitment, one.operator)
      await one.enclave.openShares(1n, tagCommitment, [{ from: other.operator, envelope }])
      commitments.push(tagCommitment)
    }
    const open = await one.enclave.openEpochs()
    assert.ok(commitments.every((commitment) => open.some((known) => known === commitment)))
  })

  it('has another value in each epoch', async () => {
    const commitments: string[] = []
    for (const epoch of [3n, 4n]) {
      const next = planOf(nodes, epoch)
      const dealings = await dealAll(next)
      commitments.push((await nodes[0].enclave.accept(next, dealings, EXPIRES)).keys.tagCommitment)
    }
    assert.notEqual(commitments[0], commitments[1])
  })
})
