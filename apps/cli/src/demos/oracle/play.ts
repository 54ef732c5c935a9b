import { ORACLE_NETWORK } from '@ambrosia/chain/deploy/oracleNetworkParameters'
import * as Anvil from '@ambrosia/devnet/Anvil'
import { developmentAccount } from '@ambrosia/devnet/accounts'
import { networkPlaces } from '@ambrosia/devnet/leaks/places/network'
import { longSecret, shortSecret } from '@ambrosia/devnet/leaks/secrets'
import { fromDecimal } from '@ambrosia/primitives/Units'
import { claimDelivery } from '@ambrosia/sdk/consumer/claimDelivery'
import type { LocalAccount, TransactionReceipt } from 'viem'
import { amount, count } from '../../figures.ts'
import { deliverAll } from '../exchange/deliverAll.ts'
import { identifiersOf } from '../exchange/identifiers.ts'
import { issueAll } from '../exchange/issueAll.ts'
import { createConsumer } from '../exchange/parties.ts'
import { syntheticPatient } from '../exchange/patients.ts'
import { sellOne } from '../exchange/sellOne.ts'
import type { Holder, Sold } from '../exchange/types.ts'
import { type Ground, startGround } from '../frame/startGround.ts'
import { attacksOn } from './attacks.ts'
import { type Contracts, contractsOf } from './Contracts.ts'
import { type Evidence, gatherEvidence, prove, punishmentOf } from './catchLiar.ts'
import { collectProof } from './collectProof.ts'
import { delegate, mature, undelegate, withdraw } from './delegator.ts'
import { epochWhere, joinLiar, type Newcomer, ready } from './joinLiar.ts'
import { DELIVERY_SEC, openOracleDeal } from './openOracleDeal.ts'
import type { OracleStage } from './types.ts'

const DELEGATED = fromDecimal('1000')
/**
 * Epochs are a week long; here they are not waited for. One missed duty is punished, where
 * otherwise it takes three.
 */
const PARAMETERS = { ...ORACLE_NETWORK, epochLengthSec: 15, epochGraceSec: 15, missLimit: 1 }

type Scene = {
  stage: OracleStage
  ground: Ground
  contracts: Contracts
  liar: Newcomer
  delegator: LocalAccount
}

/**
 * Plays the life of an oracle network on one of its own.
 * @throws what fails first; a leak or an accepted attack fails too
 */
export async function play(stage: OracleStage): Promise<boolean> {
  const { result } = stage
  const ground = await startGround(stage, { oracleNetwork: PARAMETERS })
  const scene = await formNetwork(stage, ground, contractsOf(ground))
  const { sold, evidence } = await sellAndLie(scene)
  await endOfTheDown(scene, sold)
  const { contracts, liar, delegator } = scene
  const cohort = await undelegate(ground, contracts, liar.operator, delegator)
  await stage.searchForLeaks({
    places: networkPlaces({ home: ground.home, client: ground.network.chain.client }),
    where: 'chain, blobs, databases and logs of all processes',
  })
  await stage.tryAttacks(attacksOn({ ...scene, sold, evidence, cohort }))
  const left = await stage.step(
    'leave',
    () => endOfTheLiar(scene, cohort),
    (value) => ({
      text: `after 21 days the delegator of ${liar.name} leaves with ${amount(value)} of ${amount(DELEGATED)}: half was slashed`,
    }),
  )
  result.left = left.toString()
  if (left * 2n !== DELEGATED) return false
  return result.lost === 0 && result.slashed === 2 && result.jailed === 1 && result.joined === 4
}

/** Three oracles are there; one more joins, somebody delegates to it, and the next epoch has it. */
async function formNetwork(
  stage: OracleStage,
  ground: Ground,
  contracts: Contracts,
): Promise<Scene> {
  const { result, screen, step, signal } = stage
  const { network } = ground
  result.joined = network.operators.length
  screen.line(
    'found',
    `${network.operators.length} oracles staked ${amount(PARAMETERS.leastSelfStake)} each, were admitted on evidence, and hold epoch 1's secret as shares, 2 of 3`,
  )
  const liar = await step(
    'join',
    () => joinLiar(ground, contracts, signal),
    ({ name }) => ({
      text: `${name} stakes, applies with evidence; two thirds verify it and vote; its enclave says it is the allowed program, and software can say so of anything`,
    }),
  )
  result.joined += 1
  const delegator = await step(
    'delegate',
    () => delegate(ground, contracts, liar.operator, DELEGATED),
    () => ({ text: `somebody puts ${amount(DELEGATED)} behind ${liar.name}` }),
  )
  const epoch = await step(
    'rotate',
    async () => {
      const next = await epochWhere(ground, contracts, { ...liar, isMember: true }, signal)
      await ready(liar.url, signal)
      return next
    },
    (number) => ({
      text: `epoch ${number}: four oracles dealt a new tag secret, 3 of 4; deals to come use it, old ones keep theirs`,
    }),
  )
  result.rotated = Number(epoch) - 1
  return { stage, ground, contracts, liar, delegator }
}

/**
 * A sale under four oracles; then one of them certifies the same record once more as another, and
 * is shown to the judge.
 */
async function sellAndLie(scene: Scene): Promise<{ sold: Sold; evidence: Evidence }> {
  const { stage, ground, contracts, liar } = scene
  const { result, step, signal } = stage
  const sold = await sell(scene)
  await step(
    'quorum',
    () => collectProof(ground, contracts, sold),
    ({ signers, gas }) => ({
      text: `oracle-1 collects ${signers} signatures over the certificate from peer to peer; the chain verifies them as one proof`,
      figures: `gas ${count(gas)}`,
    }),
  )
  await killOne(scene, sold)
  const punished = await step(
    'lie',
    async () => {
      const evidence = await gatherEvidence(sold, liar)
      const receipt = await prove(ground, contracts, evidence, sold)
      return { evidence, receipt, ...punishmentOf(contracts, receipt) }
    },
    ({ amount: taken, toInjured, toReporter, receipt }) => ({
      text: `${liar.name} certifies the sold record again as another: struck off, ${amount(taken)} taken, ${amount(toInjured)} to the researcher, ${amount(toReporter)} to the reporter, the rest to the treasury`,
      transaction: gasOf(receipt),
    }),
  )
  result.slashed += 1
  result.refunded = punished.toInjured.toString()
  await ground.network.chain.send(developmentAccount('relayer'), {
    ...contracts.keeper,
    functionName: 'sync',
    args: [liar.operator],
  })
  const next = await step(
    'go on',
    () => epochWhere(ground, contracts, { ...liar, isMember: false }, signal),
    (number) => ({
      text: `anybody has the registry suspend ${liar.name}; epoch ${number} begins at once, without it`,
    }),
  )
  result.rotated = Number(next) - 1
  return { sold, evidence: punished.evidence }
}

async function sell({ stage, ground, liar }: Scene): Promise<Sold> {
  const { result, step } = stage
  const patient = syntheticPatient(1)
  const [holder] = (await step(
    'issue',
    () => issueAll(ground, [patient], []),
    () => ({
      text: `a hospital signs the record of a patient, ${patient.about}`,
    }),
  )) as [Holder]
  const consumer = await createConsumer(ground.network, ground.wallet)
  const oracles = [...ground.network.operators, liar.operator]
  const deal = await step(
    'deal',
    () => openOracleDeal(ground, consumer, oracles),
    ({ transaction, gas }) => ({
      text: `a researcher names ${oracles.length} oracles and wants the word of all`,
      transaction: { hash: transaction, gas },
    }),
  )
  const plain = { killOracle: false, onLayer2: false, once: true, fresh: false }
  const options = { bundles: [], ...plain }
  const sold = await sellOne({ stage, options, ground, deal, holder })
  const delivered = await step(
    'deliver',
    () => deliverAll([sold], deal, consumer, ground),
    (all) => ({
      text: `${count(all.length)} record opened and checked`,
    }),
  )
  result.lost = 1 - delivered.length
  keepSecrets(stage, sold)
  return sold
}

/** One oracle is ended, and what it owes is claimed. */
async function killOne({ stage: { screen }, ground }: Scene, sold: Sold): Promise<void> {
  const last = ground.network.oracles.at(-1)
  await last?.kill()
  const [settled] = sold.sale.result.settled
  if (settled !== undefined) {
    await claimDelivery({
      chain: ground.network.chain,
      account: developmentAccount('consumer'),
      record: settled.record,
    })
  }
  screen.line(
    'down',
    `${last?.name} is killed, and stays down; the researcher claims the delivery on chain, which it owes an answer`,
  )
}

/** Who was down when a claim was due is reported, slashed and jailed. */
async function endOfTheDown({ stage, ground, contracts }: Scene, sold: Sold): Promise<void> {
  const { result, step } = stage
  const { chain, operators, oracles } = ground.network
  const down = operators.at(-1)
  const record = sold.sale.result.settled[0]?.record
  if (record === undefined || down === undefined) return
  const index = record.shares.findIndex(({ oracle }) => oracle === down)
  const { receipt, ...punished } = await step(
    'report',
    async () => {
      await Anvil.advanceTime(chain.client, DELIVERY_SEC + 1)
      const sent = await chain.send(developmentAccount('relayer'), {
        ...contracts.duties,
        functionName: 'report',
        args: [record, BigInt(index)],
      })
      return { receipt: sent, ...punishmentOf(contracts, sent) }
    },
    ({ amount: taken, toInjured, receipt: sent }) => ({
      text: `${oracles.at(-1)?.name} did not answer in an hour: jailed for a week, ${amount(taken)} taken, ${amount(toInjured)} to the researcher`,
      transaction: gasOf(sent),
    }),
  )
  result.slashed += punished.amount > 0n ? 1 : 0
  const pool = await chain.client.readContract({
    ...contracts.stake,
    functionName: 'poolOf',
    args: [down],
  })
  const { timestamp } = await chain.client.getBlock()
  result.jailed = pool.jailedUntil > Number(timestamp) ? 1 : 0
  result.refunded = (BigInt(result.refunded) + punished.toInjured).toString()
}

/** Who delegated to the liar leaves with what is left, and not before the window is over. */
async function endOfTheLiar(
  { ground, contracts, liar, delegator }: Scene,
  cohort: bigint,
): Promise<bigint> {
  const { operator } = liar
  await mature(ground, contracts, { operator, cohort, delegator: delegator.address })
  return await withdraw(ground, contracts, operator, { cohort, delegator })
}

function keepSecrets(stage: OracleStage, { holder, sale, offering }: Sold): void {
  const identifiers = identifiersOf(holder.patient.resources, holder.issued.record.resources)
  stage.keepSecret(...identifiers.map((text) => shortSecret('identifier', text)))
  const { criteria, agreement } = offering.deal
  const publicTexts = [JSON.stringify(criteria), JSON.stringify(agreement)]
  for (const index of sale.sealed.selected.indexes) {
    const text = holder.issued.record.resources[index]?.text ?? ''
    stage.keepSecret(longSecret('record', text, publicTexts))
  }
}

function gasOf({ transactionHash, gasUsed }: TransactionReceipt) {
  return { hash: transactionHash, gas: gasUsed }
}
