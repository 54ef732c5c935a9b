import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Artifacts } from '@ambrosia/chain/Artifact'
import { loadArtifacts } from '@ambrosia/chain/compile/artifacts'
import { type ExecuteOptions, execute } from '@ambrosia/chain/deploy/execute'
import { findFactory } from '@ambrosia/chain/deploy/Factory'
import { planRollup } from '@ambrosia/chain/deploy/rollup'
import type { Context } from '@ambrosia/chain/deploy/Step'
import { verifierArtifacts } from '@ambrosia/dispute/process/deployClaimBook'
import { startProver } from '@ambrosia/dispute/process/Prover'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import type { L2Network } from '@ambrosia/rollup/network/L2Network'
import { type NetworkChoices, planNetwork } from '@ambrosia/rollup/network/planNetwork'
import { type Account, type Hex, keccak256, type PublicClient, toHex } from 'viem'
import { hashGenesis, prepareGuest } from './nodeProgram.ts'

const SALT = keccak256(toHex('ambrosia'))

/**
 * Creates a network of providers on an Ethereum: the factory where there is none yet, then
 * everything of the network. Its description is written before anything is sent, since nothing else
 * has its secrets.
 * @param options.accessManager who may add kinds of networks, where the factory is not there yet
 * @throws Network.DescriptionExists, Deployment.*, Chain.*
 */
export async function createNetwork(
  options: {
    client: PublicClient
    account: Account
    accessManager: Hex
    choices: NetworkChoices
    /** Where its description goes. */
    path: string
    /** Which keys its verifiers may have, where it has disputes; default `development`. */
    verifiers?: 'development' | 'ceremony'
  } & Pick<ExecuteOptions, 'onProgress' | 'signal'>,
): Promise<L2Network> {
  const { client, account, accessManager, choices, path } = options
  if (existsSync(path)) throw new DescriptionExistsError(path)
  const deployer = account.address
  const artifacts = await artifactsFor(choices, options.verifiers ?? 'development')
  const factory = await findFactory(client, { deployer, artifacts })
  const context: Context = { artifacts, deployer, factory: factory.address, salt: SALT }
  const rollup = planRollup(context, { accessManager })
  const first = factory.step === undefined ? [] : [factory.step]
  const send = (steps: ExecuteOptions['steps']) =>
    execute({ client, account, steps, onProgress: options.onProgress, signal: options.signal })
  await send([...first, ...rollup.steps])
  const { networkFactory } = rollup.contracts
  const planned = await planNetwork(client, context, { networkFactory, choices, hashGenesis })
  const { decidedBy, programId } = planned.network
  if (decidedBy === 'dispute' && (await prepareGuest()) !== programId) throw new OtherGuestError()
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  writeFileSync(path, `${JSON.stringify(planned.network, null, 2)}\n`, { mode: 0o600, flag: 'wx' })
  await send(planned.steps)
  return planned.network
}

/** @throws Contracts.CompilationFailed, Dispute.DevelopmentKeys, Prover.* */
async function artifactsFor(
  { dispute }: NetworkChoices,
  keys: 'development' | 'ceremony',
): Promise<Artifacts> {
  if (dispute === undefined) return loadArtifacts({ domains: ['deploy', 'rollup'] })
  const prover = startProver()
  try {
    const verifiers = await verifierArtifacts(prover, keys)
    return { ...(await loadArtifacts({ domains: ['deploy', 'rollup', 'dispute'] })), ...verifiers }
  } finally {
    await prover.stop()
  }
}

export class OtherGuestError extends AmbrosiaError {
  constructor() {
    super('Network.OtherGuest', 'the guest program here is not the one that networks are about', {
      hint: 'guest/artifacts.json and PROGRAM_ID in packages/rollup are of different versions.',
    })
  }
}

export class DescriptionExistsError extends AmbrosiaError {
  constructor(path: string) {
    super('Network.DescriptionExists', `${path} describes a network already`, {
      hint: 'Move it away, or name another file: it has secrets that nothing else has.',
    })
  }
}
