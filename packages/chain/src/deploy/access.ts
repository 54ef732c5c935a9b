import {
  type Abi,
  type Address,
  encodeDeployData,
  encodeFunctionData,
  toFunctionSelector,
} from 'viem'
import { readContract } from 'viem/actions'
import { accessManagerAbi } from '../abi/access/index.generated.ts'
import type { Reader } from '../read/Deployed.ts'
import { bytecodeOf, type Context, configure, create, type Step } from './Step.ts'

/** Roles of the AccessManager; the numbers are fixed for every deployment. */
export const roles = {
  /** Grants and takes roles, and says which role a function needs. */
  admin: 0n,
  /** Admits and suspends oracle operators. */
  oracleAdmission: 1n,
  /** Allows tokens for deals to come. */
  tokenListing: 2n,
  /** Chooses where the power of oracles is read from. */
  oraclePower: 3n,
  /** Takes stake: the penalty desk. */
  stakePenalties: 4n,
  /** Has the desk punish: the judges. */
  penalties: 5n,
  /** Notes missed duties: the court. */
  missedDuties: 6n,
  /** Allows programs of enclaves, and ends them. */
  oraclePrograms: 7n,
  /** Admits the first oracles, while they are too few to vote. */
  oracleFounding: 8n,
} as const

export type RoleName = keyof typeof roles

/** The AccessManager, with the deployer as its first administrator. */
export function planAccess(context: Context) {
  const { address, step } = create(
    context,
    'access',
    'accessManager',
    encodeDeployData({
      abi: accessManagerAbi,
      bytecode: bytecodeOf(context, 'accessManager'),
      args: [context.deployer],
    }),
  )
  return { contracts: { accessManager: address }, steps: [step] }
}

/** Gives functions of a contract to a role. */
export function assignFunctions(options: {
  domain: string
  accessManager: Address
  target: Address
  abi: Abi
  functions: readonly string[]
  role: RoleName
}): Step {
  const { accessManager, target, abi, role } = options
  const selectors = options.functions.map((name) => selectorOf(abi, name))
  return configure(
    options.domain,
    `give ${options.functions.join(', ')} to role ${role}`,
    {
      to: accessManager,
      data: encodeFunctionData({
        abi: accessManagerAbi,
        functionName: 'setTargetFunctionRole',
        args: [target, selectors, roles[role]],
      }),
    },
    async (client) => {
      const found = await Promise.all(
        selectors.map((selector) =>
          readContract(client, {
            address: accessManager,
            abi: accessManagerAbi,
            functionName: 'getTargetFunctionRole',
            args: [target, selector],
          }),
        ),
      )
      return found.every((one) => one === roles[role])
    },
  )
}

/** Gives a role to an account, at once. */
export function grantRole(accessManager: Address, role: RoleName, account: Address): Step {
  return configure(
    'access',
    `grant role ${role} to ${account}`,
    {
      to: accessManager,
      data: encodeFunctionData({
        abi: accessManagerAbi,
        functionName: 'grantRole',
        args: [roles[role], account, 0],
      }),
    },
    (client) => hasRole(client, accessManager, role, account),
  )
}

/** Takes the administration from the deployer. Comes last: nothing can be configured after it. */
export function renounceAdmin({ deployer }: Context, accessManager: Address): Step {
  return configure(
    'access',
    `renounce role admin of ${deployer}`,
    {
      to: accessManager,
      data: encodeFunctionData({
        abi: accessManagerAbi,
        functionName: 'renounceRole',
        args: [roles.admin, deployer],
      }),
    },
    async (client) => !(await hasRole(client, accessManager, 'admin', deployer)),
  )
}

async function hasRole(
  client: Reader,
  accessManager: Address,
  role: RoleName,
  account: Address,
): Promise<boolean> {
  const [isMember] = await readContract(client, {
    address: accessManager,
    abi: accessManagerAbi,
    functionName: 'hasRole',
    args: [roles[role], account],
  })
  return isMember
}

function selectorOf(abi: Abi, name: string) {
  const item = abi.find((one) => one.type === 'function' && one.name === name)
  if (item?.type !== 'function') throw new Error(`no function is called ${name}`)
  return toFunctionSelector(item)
}
