import { call } from '@ambrosia/api/client/call'
import { oracleRoutes } from '@ambrosia/api/oracle/routes'
import type { LocalAccount } from 'viem'
import type { Sold } from '../exchange/types.ts'
import type { Attack } from '../frame/Stage.ts'
import type { Ground } from '../frame/startGround.ts'
import type { Contracts } from './Contracts.ts'
import { type Evidence, offerAgain, prove } from './catchLiar.ts'
import { withdraw } from './delegator.ts'
import type { Newcomer } from './joinLiar.ts'

/** Ways to cheat in an oracle network, each tried for real. */
export function attacksOn(scene: {
  ground: Ground
  contracts: Contracts
  sold: Sold
  evidence: Evidence
  liar: Newcomer
  delegator: LocalAccount
  /** Where the delegator's stake waits. */
  cohort: bigint
}): Attack[] {
  const { ground, contracts, sold, evidence } = scene
  const { first } = evidence
  const stranger = ground.wallet.account('stranger')
  const { file, operators, chain } = ground.network
  const [url, audience] = [file.services.oracles[0] as string, operators[0] as `0x${string}`]
  const service = { name: 'oracle', url, fetch, now: Date.now }
  const signing = { signer: stranger, chainId: chain.chainId, audience }
  return [
    {
      name: 'leaving early',
      attempt: () => refused(withdraw(ground, contracts, scene.liar.operator, scene)),
      refusal: /^Chain\.StakeStillUnbonding$/,
    },
    {
      name: 'evidence shown twice',
      attempt: () => refused(prove(ground, contracts, evidence, sold)),
      refusal: /^Chain\.EvidenceUsed$/,
    },
    {
      name: 'one certificate as two',
      attempt: () => refused(prove(ground, contracts, { first, second: first }, sold)),
      refusal: /^Chain\.EquivocationNone$/,
    },
    {
      name: 'the sold record at an honest oracle',
      attempt: () => refused(offerAgain(sold, { url, operator: audience })),
      refusal: /^(Record|Submission)\./,
    },
    {
      name: 'a share of the secret for a stranger',
      attempt: () =>
        refused(call(service, oracleRoutes.epochShare, { signing, params: { epoch: '1' } })),
      refusal: /^Epoch\.NotMember$/,
    },
    {
      name: 'a vote for nobody',
      attempt: () =>
        refused(
          call(service, oracleRoutes.vote, { signing, body: { operator: stranger.address } }),
        ),
      refusal: /^Oracle\.NoApplication$/,
    },
  ]
}

async function refused(attempt: Promise<unknown>): Promise<undefined> {
  await attempt
  return undefined
}
