import { type Address, type Hex, isAddressEqual, keccak256, stringToHex } from 'viem'
import type { Artifacts } from '../Artifact.ts'
import { grantRole, planAccess, type RoleName, renounceAdmin } from './access.ts'
import { planDispute } from './dispute.ts'
import type { DisputeParameters } from './disputeParameters.ts'
import { planEvidence } from './evidence.ts'
import { planExchange } from './exchange.ts'
import { planIdentity } from './identity.ts'
import { planOracle } from './oracle.ts'
import { planAdmission, planStake } from './oracleNetwork.ts'
import type { OracleNetworkParameters } from './oracleNetworkParameters.ts'
import type { Context, Step } from './Step.ts'
import { defaultSupply, planToken } from './token.ts'

/** What whoever deploys decides. */
export type Choices = {
  /** True allows deals with a quorum of one. */
  development: boolean
  /**
   * Holder of the whole MED supply; the deployer unless given. In development this is the faucet.
   */
  tokenHolder?: Address | undefined
  /** Supply of MED in its smallest unit. */
  supply?: bigint | undefined
  /** Accounts that get the roles; the deployer unless given. */
  roleHolders?: Partial<Record<Exclude<RoleName, 'admin'>, Address | undefined>> | undefined
  /**
   * Administrator of the AccessManager in the end; the deployer unless given, and then the deployer
   * keeps no power.
   */
  admin?: Address | undefined
  /**
   * The oracle network: stake, admission on evidence, epochs, judges. Without it oracles are
   * admitted by a role.
   */
  oracleNetwork?: OracleNetworkParameters | undefined
  /**
   * A book of claims about private runs; then the artifacts hold its verifiers too. Without it
   * there is none.
   */
  dispute?: DisputeParameters | undefined
  /**
   * Name of the deployment; the same code and choices under another name stand at other addresses.
   * Default `ambrosia`.
   */
  label?: string | undefined
}

/**
 * Domains whose contracts a deployment is made of; what compiles nothing else is started sooner.
 */
export const deployedDomains: readonly string[] = [
  'deploy',
  'access',
  'token',
  'identity',
  'oracle',
  'exchange',
]

/** Domains of a deployment with an oracle network, besides. */
export const oracleNetworkDomains: readonly string[] = ['stake', 'admission', 'quorum', 'evidence']

export type Addresses = ReturnType<typeof planDeployment>['contracts']

/** A whole deployment, known before anything is sent. */
export type Plan = { contracts: Addresses; steps: readonly Step[] }

/**
 * Every address and every transaction of a deployment, in the order in which they are sent. A
 * domain is a file beside this one, a line here and its name above.
 */
export function planDeployment(
  options: { artifacts: Artifacts; deployer: Address; factory: Address },
  choices: Choices,
) {
  const { deployer } = options
  const context: Context = { ...options, salt: saltOf(choices.label) }
  const access = planAccess(context)
  const { accessManager } = access.contracts
  const token = planToken(context, {
    tokenHolder: choices.tokenHolder ?? deployer,
    supply: choices.supply ?? defaultSupply,
  })
  const identity = planIdentity(context)
  const parameters = choices.oracleNetwork
  const { medToken } = token.contracts
  const treasury = choices.admin ?? deployer
  const stake = parameters && planStake(context, { accessManager, medToken, treasury, parameters })
  const stakeBook = stake?.contracts.stakeBook
  const oracle = planOracle(context, { accessManager, stakeBook })
  const exchange = planExchange(context, {
    accessManager,
    ...token.contracts,
    ...oracle.contracts,
    development: choices.development,
  })
  const network =
    parameters && stake
      ? planNetwork(context, {
          accessManager,
          medToken,
          ...stake.contracts,
          ...oracle.contracts,
          ...exchange.contracts,
          parameters,
        })
      : undefined
  const dispute =
    choices.dispute &&
    planDispute(context, { bondToken: medToken, treasury, parameters: choices.dispute })
  const [stakeSteps, networkSteps] = [stake?.steps ?? [], network?.steps ?? []]
  return {
    contracts: {
      ...access.contracts,
      ...token.contracts,
      ...identity.contracts,
      ...oracle.contracts,
      ...exchange.contracts,
      ...stake?.contracts,
      ...network?.contracts,
      ...dispute?.contracts,
    },
    steps: [
      ...[access, token, identity].flatMap(({ steps }) => steps),
      ...stakeSteps,
      ...oracle.steps,
      ...exchange.steps,
      ...networkSteps,
      ...(dispute?.steps ?? []),
      ...planRoles(context, accessManager, choices),
    ],
  }
}

/** What makes oracles answerable, once the exchange stands. */
function planNetwork(
  context: Context,
  options: {
    accessManager: Address
    medToken: Address
    stakeBook: Address
    oracleRegistry: Address
    dealBook: Address
    consentBook: Address
    parameters: OracleNetworkParameters
  },
) {
  const admission = planAdmission(context, options)
  const contracts = { ...options, ...admission.contracts }
  const evidence = planEvidence(context, contracts, options.parameters)
  return {
    contracts: { ...admission.contracts, ...evidence.contracts },
    steps: [...admission.steps, ...evidence.steps],
  }
}

/** Roles go to whom they belong when everything stands; the administration last. */
function planRoles(context: Context, accessManager: Address, choices: Choices): Step[] {
  const { deployer } = context
  const ofNetwork = choices.oracleNetwork ? (['oraclePrograms', 'oracleFounding'] as const) : []
  const held = ['oracleAdmission', 'oraclePower', 'tokenListing', ...ofNetwork] as const
  const steps = held.map((role) =>
    grantRole(accessManager, role, choices.roleHolders?.[role] ?? deployer),
  )
  const { admin } = choices
  if (admin === undefined || isAddressEqual(admin, deployer)) return steps
  return [...steps, grantRole(accessManager, 'admin', admin), renounceAdmin(context, accessManager)]
}

function saltOf(label = 'ambrosia'): Hex {
  return keccak256(stringToHex(label))
}
