import { type Address, encodeDeployData } from 'viem'
import {
  dutyJudgeAbi,
  equivocationJudgeAbi,
  penaltyDeskAbi,
  releaseJudgeAbi,
  revalidationCourtAbi,
} from '../abi/evidence/index.generated.ts'
import { assignFunctions, grantRole } from './access.ts'
import type { OracleNetworkParameters } from './oracleNetworkParameters.ts'
import { bytecodeOf, type Context, type Creation, create } from './Step.ts'

type Contracts = {
  accessManager: Address
  medToken: Address
  dealBook: Address
  consentBook: Address
  oracleAdmission: Address
  packedQuorumVerifier: Address
  stakeBook: Address
}

/** The judges, the court and the desk that carries out what they find. */
export function planEvidence(
  context: Context,
  contracts: Contracts,
  parameters: OracleNetworkParameters,
) {
  const domain = 'evidence'
  const { accessManager } = contracts
  const made = createAll(context, contracts, parameters)
  const { penaltyDesk, dutyJudge, revalidationCourt } = made
  const assign = { domain, accessManager }
  const judges = ['equivocationJudge', 'releaseJudge', 'dutyJudge', 'revalidationCourt'] as const
  return {
    contracts: {
      penaltyDesk: penaltyDesk.address,
      equivocationJudge: made.equivocationJudge.address,
      releaseJudge: made.releaseJudge.address,
      dutyJudge: dutyJudge.address,
      revalidationCourt: revalidationCourt.address,
    },
    steps: [
      penaltyDesk.step,
      ...judges.map((name) => made[name].step),
      assignFunctions({
        ...assign,
        target: penaltyDesk.address,
        abi: penaltyDeskAbi,
        functions: ['punish'],
        role: 'penalties',
      }),
      assignFunctions({
        ...assign,
        target: dutyJudge.address,
        abi: dutyJudgeAbi,
        functions: ['miss'],
        role: 'missedDuties',
      }),
      grantRole(accessManager, 'stakePenalties', penaltyDesk.address),
      ...judges.map((name) => grantRole(accessManager, 'penalties', made[name].address)),
      grantRole(accessManager, 'missedDuties', revalidationCourt.address),
    ],
  }
}

function createAll(
  context: Context,
  contracts: Contracts,
  parameters: OracleNetworkParameters,
): Record<
  'penaltyDesk' | 'equivocationJudge' | 'releaseJudge' | 'dutyJudge' | 'revalidationCourt',
  Creation
> {
  const { accessManager, medToken, stakeBook } = contracts
  const penaltyDesk = create(
    context,
    'evidence',
    'penaltyDesk',
    encodeDeployData({
      abi: penaltyDeskAbi,
      bytecode: bytecodeOf(context, 'penaltyDesk'),
      args: [accessManager, stakeBook, medToken, penaltiesOf(parameters)],
    }),
  )
  const judges = createJudges(context, contracts, parameters, penaltyDesk.address)
  const court = createCourt(context, contracts, parameters, {
    penaltyDesk: penaltyDesk.address,
    dutyJudge: judges.dutyJudge.address,
  })
  return { penaltyDesk, ...judges, revalidationCourt: court }
}

/** Those that judge by what a message shows. */
function createJudges(
  context: Context,
  contracts: Contracts,
  parameters: OracleNetworkParameters,
  desk: Address,
): Record<'equivocationJudge' | 'releaseJudge' | 'dutyJudge', Creation> {
  const { accessManager, medToken, dealBook, consentBook, oracleAdmission } = contracts
  const make = (name: string, creationCode: `0x${string}`) =>
    create(context, 'evidence', name, creationCode)
  const codeOf = (name: string) => bytecodeOf(context, name)
  const facts = [dealBook, consentBook] as const
  const equivocationJudge = make(
    'equivocationJudge',
    encodeDeployData({
      abi: equivocationJudgeAbi,
      bytecode: codeOf('equivocationJudge'),
      args: [...facts, oracleAdmission, contracts.packedQuorumVerifier, desk, medToken],
    }),
  )
  const releaseJudge = make(
    'releaseJudge',
    encodeDeployData({
      abi: releaseJudgeAbi,
      bytecode: codeOf('releaseJudge'),
      args: [
        ...facts,
        oracleAdmission,
        contracts.packedQuorumVerifier,
        desk,
        BigInt(parameters.releasePatienceBlocks),
        BigInt(parameters.slashWindowSec),
      ],
    }),
  )
  const dutyJudge = make(
    'dutyJudge',
    encodeDeployData({
      abi: dutyJudgeAbi,
      bytecode: codeOf('dutyJudge'),
      args: [
        accessManager,
        ...facts,
        desk,
        BigInt(parameters.missLimit),
        BigInt(parameters.missPeriodSec),
      ],
    }),
  )
  return { equivocationJudge, releaseJudge, dutyJudge }
}

/** The one whose members vote about a certificate. */
function createCourt(
  context: Context,
  contracts: Contracts,
  { court }: OracleNetworkParameters,
  { penaltyDesk, dutyJudge }: Record<'penaltyDesk' | 'dutyJudge', Address>,
): Creation {
  const { medToken, dealBook, consentBook, oracleAdmission, stakeBook } = contracts
  return create(
    context,
    'evidence',
    'revalidationCourt',
    encodeDeployData({
      abi: revalidationCourtAbi,
      bytecode: bytecodeOf(context, 'revalidationCourt'),
      args: [
        dealBook,
        consentBook,
        oracleAdmission,
        penaltyDesk,
        dutyJudge,
        stakeBook,
        medToken,
        {
          committeeSize: court.committeeSize,
          bond: court.bond,
          complaintWindow: court.complaintSec,
          keysTime: court.keysSec,
          commitTime: court.commitSec,
          revealTime: court.revealSec,
        },
      ],
    }),
  )
}

function penaltiesOf({ penalties }: OracleNetworkParameters) {
  const toSolidity = (one: OracleNetworkParameters['penalties'][number]) => ({
    fraction: one.fraction,
    jailTime: one.jailSec,
    strikeOff: one.strikeOff,
    injuredBps: one.injuredBps,
    reporterBps: one.reporterBps,
    reporterCap: one.reporterCap,
  })
  const [equivocation, overturned, release, downtime] = penalties
  return [
    toSolidity(equivocation),
    toSolidity(overturned),
    toSolidity(release),
    toSolidity(downtime),
  ] as const
}
