import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { type Address, getContractAddress, type Hex, keccak256 } from 'viem'
import { getCode, getTransactionCount } from 'viem/actions'
import type { Artifacts } from '../Artifact.ts'
import { reach } from '../errors.ts'
import type { Reader } from '../read/Deployed.ts'
import { hasCode, type Step } from './Step.ts'

/**
 * The contract that deploys the others by CREATE2: 32 bytes of salt, then creation code. Most
 * chains have one at the same address, signed for once without a chain id
 * (https://github.com/Arachnid/deterministic-deployment-proxy, v1.0.0). Where a chain has none, the
 * deployer puts one of ours there by an ordinary transaction.
 */
export const COMMON_FACTORY: Address = '0x4e59b44847b379578588920cA78FbF26c0B4956C'

/** keccak256 of the code that stands there on every chain that has it. */
const COMMON_CODE_HASH: Hex = '0x2fa86add0aed31f33a762c9d88e807c475bd51d0f52bd0955754b2608f7e4989'

/** How many of the deployer's last transactions are searched for a factory of ours. */
const SEARCHED_NONCES = 256

export type Factory = {
  address: Address
  /** The transaction that puts it there, unless it stands. */
  step?: Step
}

/**
 * The factory that a deployment uses: the one named, the common one, or one of ours by this
 * deployer, found again or to be created with the account's next transaction.
 * @throws Deployment.NoFactory when the one named is not there
 */
export async function findFactory(
  client: Reader,
  options: { deployer: Address; artifacts: Artifacts; factory?: Address | undefined },
): Promise<Factory> {
  const { deployer, factory } = options
  if (factory !== undefined) {
    if (!(await hasCode(client, factory))) throw new NoFactoryError(factory)
    return { address: factory }
  }
  const common = await reach(() => getCode(client, { address: COMMON_FACTORY }))
  if (common !== undefined && keccak256(common) === COMMON_CODE_HASH) {
    return { address: COMMON_FACTORY }
  }
  const { bytecode, runtime } = options.artifacts['deploymentProxy']!
  const next = await reach(() =>
    getTransactionCount(client, { address: deployer, blockTag: 'pending' }),
  )
  for (let nonce = next - 1; nonce >= Math.max(0, next - SEARCHED_NONCES); nonce--) {
    const address = getContractAddress({ from: deployer, nonce: BigInt(nonce) })
    if ((await reach(() => getCode(client, { address }))) === runtime) return { address }
  }
  const address = getContractAddress({ from: deployer, nonce: BigInt(next) })
  const step: Step = {
    domain: 'deploy',
    name: 'create deploymentProxy',
    call: { data: bytecode },
    creates: address,
    isDone: (one) => hasCode(one, address),
  }
  return { address, step }
}

export class NoFactoryError extends AmbrosiaError {
  constructor(address: Address) {
    super('Deployment.NoFactory', `no contract stands at ${address} to deploy with`, {
      hint: 'Leave it out: the common one is used where the chain has it, else one is deployed.',
    })
  }
}
