import type { Account } from 'viem'
import type { Artifacts } from '../Artifact.ts'
import type { Reader } from '../read/Deployed.ts'
import { type ExecuteOptions, execute } from './execute.ts'
import { findFactory } from './Factory.ts'
import { type Addresses, type Choices, planDeployment } from './Plan.ts'

export type DeployOptions = Choices &
  Pick<ExecuteOptions, 'onProgress' | 'onPending' | 'signal'> & {
    client: Reader
    account: Account
    artifacts: Artifacts
  }

/**
 * Plans and executes in one go: every contract, the roles, MED allowed for deals. Works on any
 * Ethereum with the Prague rules; where all of it stands already it sends nothing.
 * @throws Deployment.*, Chain.*
 */
export async function deploy(options: DeployOptions): Promise<Addresses> {
  const { client, account, artifacts } = options
  const deployer = account.address
  const factory = await findFactory(client, { deployer, artifacts })
  const plan = planDeployment({ artifacts, deployer, factory: factory.address }, options)
  const first = factory.step === undefined ? [] : [factory.step]
  await execute({ ...options, steps: [...first, ...plan.steps] })
  return plan.contracts
}
