import { setTimeout as pause } from 'node:timers/promises'
import { dealBookAbi } from '@ambrosia/chain/abi/exchange'
import { readDealStatus } from '@ambrosia/chain/read/exchange'
import * as Anvil from '@ambrosia/devnet/Anvil'
import * as Criteria from '@ambrosia/exchange/Criteria'
import * as Validation from '@ambrosia/health/Validation'
import { toHex } from '@ambrosia/primitives/Bytes'
import { fromDecimal } from '@ambrosia/primitives/Units'
import { changeDeal } from '@ambrosia/sdk/consumer/changeDeal'
import { type OpenedDeal, openDeal } from '@ambrosia/sdk/consumer/openDeal'
import { createWalletClient, http, parseEventLogs } from 'viem'
import { readNamedJson } from '../../namedFiles.ts'
import { researchAgreement } from '../../researchAgreement.ts'
import type { Ground } from '../frame/startGround.ts'
import { criteriaFor, diabetesCriteria } from './criteria.ts'
import type { Consumer } from './parties.ts'
import type { DemoOptions, Holder } from './types.ts'

const DAY_SEC = 86_400
const PEOPLE = 10
/** What a record is worth, in the smallest unit of MED. */
export const PRICE = fromDecimal('5')

/** The researcher opens the deal. */
export async function openDemoDeal(
  options: DemoOptions,
  ground: Ground,
  holders: Holder[],
  consumer: Consumer,
): Promise<OpenedDeal> {
  const { network, store } = ground
  const parties = { issuer: network.issuerDid, consumer: consumer.did }
  const nowSec = Math.floor(Date.now() / 1000)
  const retentionEnd = nowSec + 160 * DAY_SEC
  return await openDeal({
    chain: network.chain,
    store,
    account: consumer.account,
    criteria: chooseCriteria(options, holders, parties),
    agreement: researchAgreement(
      {
        consumerName: 'Institute for Diabetes Research (demonstration)',
        consumerContact: 'data@diabetes-institute.example',
      },
      new Date(retentionEnd * 1000).toISOString().slice(0, 10),
    ),
    choices: {
      tiers: [{ minimumScore: 1, price: PRICE }],
      maximumRecords: Math.max(PEOPLE, holders.length),
      // Bundles of one person may all be sold where the deal is made for them.
      perPersonCap: Math.max(1, options.criteriaFile === undefined ? options.bundles.length : 1),
      commissionCapBps: 500,
      // Waited for at the end, where the chain's clock can't be moved.
      certificateLife: options.onLayer2 ? 120 : 3600,
      deliveryWindow: DAY_SEC,
      retentionEnd: BigInt(retentionEnd),
      oracles: network.operators,
      quorum: 2,
      stores: [network.storeAccount],
      validatorHash: toHex(Validation.validatorHash()),
      expiry: BigInt(nowSec + 30 * DAY_SEC),
    },
    development: true,
    now: Date.now,
  })
}

function chooseCriteria(
  options: DemoOptions,
  holders: Holder[],
  parties: { issuer: string; consumer: string },
): Criteria.Criteria {
  if (options.criteriaFile !== undefined) return readCriteria(options.criteriaFile, parties)
  if (options.bundles.length > 0)
    return criteriaFor(
      holders.map((holder) => holder.issued.record),
      parties,
    )
  return diabetesCriteria(parties)
}

/**
 * The criteria of a file; it can't know the identifiers of a network that starts now.
 * @throws Cli.Usage, Criteria.*, Shape.Mismatch
 */
export function readCriteria(
  path: string,
  parties: { issuer: string; consumer: string },
): Criteria.Criteria {
  const document = readNamedJson(path) as object
  return Criteria.parse({ ...document, issuers: [parties.issuer], consumer: parties.consumer })
}

/**
 * Closes the deal. The chain keeps what certificates made before may claim until they have expired;
 * a development chain's clock is moved past that.
 */
export async function closeDeal(
  deal: OpenedDeal,
  ground: Ground,
  consumer: Consumer,
): Promise<bigint> {
  const { chain } = ground.network
  const change = async (step: 'close' | 'refund'): Promise<bigint> => {
    const receipt = await changeDeal({ chain, account: consumer.account, deal, change: step })
    const logs = parseEventLogs({ abi: dealBookAbi, logs: receipt.logs, eventName: 'DealRefunded' })
    return logs.reduce((sum, log) => sum + log.args.amount, 0n)
  }
  const atOnce = await change('close')
  if ((await readDealStatus(chain.client, chain.contracts.dealBook, deal.dealId)).available === 0n)
    return atOnce
  await letExpire(ground, consumer, deal.terms.certificateLife)
  return atOnce + (await change('refund'))
}

/** Certificates that were made before expire: on a chain whose clock is not ours by waiting. */
async function letExpire({ network }: Ground, { account }: Consumer, lifeSec: number) {
  const { client, chainId } = network.chain
  if (chainId === Anvil.CHAIN_ID) return await Anvil.advanceTime(client, lifeSec + 1)
  await pause((lifeSec + 2) * 1000)
  // A chain on which nobody sends anything has the time of its last block.
  const transport = http(network.file.rpcUrl)
  const wallet = createWalletClient({ account, transport })
  const hash = await wallet.sendTransaction({ to: account.address, value: 0n, chain: null })
  await client.waitForTransactionReceipt({ hash })
}
