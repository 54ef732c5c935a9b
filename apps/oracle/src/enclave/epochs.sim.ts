/**
 * Rounds of an epoch among enclaves, some of them Byzantine up to just under and just over the
 * bound: npm run sim -- oracle-epochs --runs 1000. What must hold: whoever counts the same dealings
 * comes to the same commitment; a dealing that lies to a member is refused by that member; two
 * thirds of the shares open the secret whatever the others send, and fewer never do; members of a
 * round that a reorganisation took away have the one that took its place.
 */
import assert from 'node:assert/strict'
import { thresholdOf } from '@ambrosia/exchange/quorum/EpochKeys'
import { type Chance, createChance } from '@ambrosia/exchange/testing/record/Chance'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { createMemoryKeystore } from '@ambrosia/testing/createMemoryKeystore'
import { hash, newAccount } from '@ambrosia/testing/values'
import { createEnclave } from './createEnclave.ts'
import type { Enclave, Outside, WrappedShare } from './Enclave.ts'
import type { EpochPlan, Member, SignedDealing } from './EpochPlan.ts'
import { openPlatform } from './platform.ts'

export const name = 'oracle-epochs'
export const smallRuns = 10

const NOW_SEC = 1_800_000_000
const LARGEST = 7
const network = {
  oracleAdmission: newAccount().address,
  oracleEpochs: newAccount().address,
  packedQuorumVerifier: newAccount().address,
}

type Node = Member & { enclave: Enclave }

const pool: Promise<Node[]> = Promise.all(Array.from({ length: LARGEST }, createNode))
let epoch = 0n

export async function run({
  seed,
  log,
}: {
  seed: number
  log: (line: string) => void
}): Promise<void> {
  const chance = createChance(seed)
  const size = 3 + chance.below(LARGEST - 2)
  // Members join and leave from round to round.
  const nodes = shuffled(await pool, chance).slice(0, size)
  const threshold = thresholdOf(size)
  const liars = new Set(nodes.slice(0, chance.below(size - threshold + 2)))
  log(`${size} members, ${liars.size} of them lie, ${threshold} shares are needed`)
  epoch += 1n
  const plan: EpochPlan = {
    epoch,
    members: nodes.map(({ operator, keys, evidence }) => ({ operator, keys, evidence })),
  }
  const rounds = chance.oneIn(4) ? 2 : 1
  for (let round = 0; round < rounds; round++) await playRound({ chance, nodes, liars, plan })
}

async function playRound(scene: {
  chance: Chance
  nodes: readonly Node[]
  liars: ReadonlySet<Node>
  plan: EpochPlan
}): Promise<void> {
  const { chance, nodes, liars, plan } = scene
  const threshold = thresholdOf(nodes.length)
  const honest = nodes.filter((node) => !liars.has(node))
  const dealings: SignedDealing[] = []
  for (const node of nodes) {
    const dealt = await node.enclave.deal(plan)
    if (!liars.has(node)) dealings.push(dealt)
    else if (chance.oneIn(2)) {
      // Signed by the liar's key as it is, so the border of its own enclave is where it is caught:
      // a dealing that is changed does not verify.
      const changed = {
        ...dealt,
        dealing: { ...dealt.dealing, envelopes: [...dealt.dealing.envelopes].reverse() },
      }
      for (const member of honest) {
        await assert.rejects(
          member.enclave.accept(plan, [...dealings, changed, dealt].slice(0, nodes.length), 1n),
          AmbrosiaError,
        )
      }
    }
  }
  if (dealings.length < threshold) {
    const [one] = honest
    if (one)
      await assert.rejects(one.enclave.accept(plan, dealings, 1n), { code: 'Epoch.WrongPlan' })
    return
  }
  const offers = await Promise.all(honest.map(({ enclave }) => enclave.accept(plan, dealings, 1n)))
  const tagCommitment = offers[0]?.keys.tagCommitment as `0x${string}`
  assert.ok(
    offers.every(({ keys }) => keys.tagCommitment === tagCommitment),
    'one commitment',
  )
  // Dead and slow peers: any number of the others answers.
  const [asker, ...others] = shuffled(honest, chance) as [Node, ...Node[]]
  const answering = others.slice(0, chance.below(others.length + 1))
  const shares: WrappedShare[] = []
  for (const { operator, enclave } of answering) {
    const envelope = await enclave.wrapShare(plan.epoch, tagCommitment, asker.operator)
    shares.push({ from: operator, envelope })
  }
  const opening = asker.enclave.openShares(plan.epoch, tagCommitment, shares)
  if (shares.length + 1 < threshold) {
    await assert.rejects(opening, { code: 'Threshold.TooFewShares' })
    return
  }
  await opening
  assert.ok((await asker.enclave.openEpochs()).includes(tagCommitment))
}

async function createNode(): Promise<Node> {
  const operator = newAccount().address
  const outside: Partial<Outside> = {
    measurementOf: async (measurement) => ({ measurement, activatesAtSec: 0 }),
  }
  const enclave = await createEnclave({
    settings: {
      mode: 'development',
      chainId: 31337,
      dealBook: newAccount().address,
      oracleRegistry: newAccount().address,
      operator,
      network,
    },
    keystore: createMemoryKeystore(),
    platform: openPlatform({ mode: 'development', validatorHash: hash('validator') }),
    outside: outside as Outside,
    now: () => NOW_SEC * 1000,
  })
  return { operator, enclave, ...(await enclave.apply(hash('block'), BigInt(NOW_SEC + 3600))) }
}

function shuffled<T>(list: readonly T[], chance: Chance): T[] {
  const rest = [...list]
  const taken: T[] = []
  while (rest.length > 0) taken.push(...rest.splice(chance.below(rest.length), 1))
  return taken
}
