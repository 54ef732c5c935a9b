import { type Address, type Hex, isAddressEqual, keccak256, stringToHex } from 'viem'
import type { Artifacts } from '../Artifact.ts'
import { grantRole, planAccess, type RoleName, renounceAdmin } from './access.ts'
import { planExchange } from './exchange.ts'
import { planIdentity } from './identity.ts'
import { planOracle } from './oracle.ts'
import type { Context, Step } from './Step.ts'
import { defaultSupply, planToken } from './token.ts'

/** What whoever deploys decides. */
export type Choices = {
  /** True allows deals with a quorum of one. */
  development: boolean
  /** Holder of the whole MED supply; the deployer unless given. In development this is the faucet. */
  tokenHolder?: Address | undefined
  /** Supply of MED in its smallest unit. */
  supply?: bigint | undefined
  /** Accounts that get the roles; the deployer unless given. */
  roleHolders?: Partial<Record<Exclude<RoleName, 'admin'>, Address | undefined>> | undefined
  /** Administrator of the AccessManager in the end; the deployer unless given, and then the deployer keeps no power. */
  admin?: Address | undefined
  /** Name of the deployment; the same code and choices under another name stand at other addresses. Default `ambrosia`. */
  label?: string | undefined
}

/** Domains whose contracts a deployment is made of; what compiles nothing else is started sooner. */
export const deployedDomains: readonly string[] = [
  'deploy',
  'access',
  'token',
  'identity',
  'oracle',
  'exchange',
]

export type Addresses = ReturnType<typeof planDeployment>['contracts']

/** A whole deployment, known before anything is sent. */
export type Plan = { contracts: Addresses; steps: readonly Step[] }

/**
 * Every address and every transaction of a deployment, in the order in which they are sent. A domain is a file beside this
 * one, a line here and its name above.
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
  const oracle = planOracle(context, { accessManager })
  const exchange = planExchange(context, {
    accessManager,
    ...token.contracts,
    ...oracle.contracts,
    development: choices.development,
  })
  const domains = [access, token, identity, oracle, exchange]
  return {
    contracts: {
      ...access.contracts,
      ...token.contracts,
      ...identity.contracts,
      ...oracle.contracts,
      ...exchange.contracts,
    },
    steps: [
      ...domains.flatMap(({ steps }) => steps),
      ...planRoles(context, accessManager, choices),
    ],
  }
}

/** Roles go to whom they belong when everything stands; the administration last. */
function planRoles(context: Context, accessManager: Address, choices: Choices): Step[] {
  const { deployer } = context
  const steps = (['oracleAdmission', 'oraclePower', 'tokenListing'] as const).map((role) =>
    grantRole(accessManager, role, choices.roleHolders?.[role] ?? deployer),
  )
  const { admin } = choices
  if (admin === undefined || isAddressEqual(admin, deployer)) return steps
  return [...steps, grantRole(accessManager, 'admin', admin), renounceAdmin(context, accessManager)]
}

function saltOf(label = 'ambrosia'): Hex {
  return keccak256(stringToHex(label))
}
