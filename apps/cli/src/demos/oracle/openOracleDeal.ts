import * as Validation from '@ambrosia/health/Validation'
import { toHex } from '@ambrosia/primitives/Bytes'
import { type OpenedDeal, openDeal } from '@ambrosia/sdk/consumer/openDeal'
import type { Address } from 'viem'
import { researchAgreement } from '../../researchAgreement.ts'
import { diabetesCriteria } from '../exchange/criteria.ts'
import { PRICE } from '../exchange/dealSteps.ts'
import type { Consumer } from '../exchange/parties.ts'
import type { Ground } from '../frame/startGround.ts'

const DAY_SEC = 86_400
/** How long oracles have to deliver, and to answer a claim, seconds. */
export const DELIVERY_SEC = 3600

/** The researcher opens a deal that names these oracles. */
export async function openOracleDeal(
  ground: Ground,
  consumer: Consumer,
  oracles: readonly Address[],
): Promise<OpenedDeal> {
  const { network, store } = ground
  const nowSec = Math.floor(Date.now() / 1000)
  const retentionEnd = nowSec + 160 * DAY_SEC
  return await openDeal({
    chain: network.chain,
    store,
    account: consumer.account,
    criteria: diabetesCriteria({ issuer: network.issuerDid, consumer: consumer.did }),
    agreement: researchAgreement(
      {
        consumerName: 'Institute for Diabetes Research (demonstration)',
        consumerContact: 'data@diabetes-institute.example',
      },
      new Date(retentionEnd * 1000).toISOString().slice(0, 10),
    ),
    choices: {
      tiers: [{ minimumScore: 1, price: PRICE }],
      maximumRecords: 10,
      perPersonCap: 1,
      commissionCapBps: 500,
      certificateLife: 3600,
      deliveryWindow: DELIVERY_SEC,
      retentionEnd: BigInt(retentionEnd),
      oracles: [...oracles],
      quorum: oracles.length,
      stores: [network.storeAccount],
      validatorHash: toHex(Validation.validatorHash()),
      expiry: BigInt(nowSec + 30 * DAY_SEC),
    },
    development: true,
    now: Date.now,
  })
}
