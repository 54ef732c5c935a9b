import type { Artifacts } from '@ambrosia/chain/Artifact'
import { loadArtifacts } from '@ambrosia/chain/compile/artifacts'
import { DISPUTE_RULES } from '@ambrosia/chain/deploy/disputeParameters'
import { execute } from '@ambrosia/chain/deploy/execute'
import { findFactory } from '@ambrosia/chain/deploy/Factory'
import { findDeploymentBlock } from '@ambrosia/chain/deploy/findDeploymentBlock'
import { inspect } from '@ambrosia/chain/deploy/inspect'
import { ORACLE_NETWORK } from '@ambrosia/chain/deploy/oracleNetworkParameters'
import {
  type Addresses,
  type Choices,
  deployedDomains,
  oracleNetworkDomains,
  planDeployment,
} from '@ambrosia/chain/deploy/Plan'
import type { Step } from '@ambrosia/chain/deploy/Step'
import { verifyBytecode } from '@ambrosia/chain/deploy/verifyBytecode'
import { reach } from '@ambrosia/chain/errors'
import { fromDecimal } from '@ambrosia/primitives/Units'
import type { Command } from 'commander'
import { createPublicClient, http, type LocalAccount, type PublicClient } from 'viem'
import { homeOf, isDevelopment } from '../../environment.ts'
import { address } from '../../options.ts'
import { progress, show, UsageError } from '../../output.ts'
import { deployingAccount } from './account.ts'
import type { DeployFlags } from './flags.ts'
import { writeDeployment } from './networkFile.ts'
import * as Report from './Report.ts'

/** Plans, sends, writes and compares, as far as the flags ask for it. */
export async function run(flags: DeployFlags, command: Command): Promise<void> {
  if (flags.development && !isDevelopment()) {
    throw new UsageError('--development is refused where AMBROSIA_ENV is production')
  }
  const transport = http(flags.rpc, { timeout: 15_000 })
  const client = createPublicClient({ transport, cacheTime: 0 })
  const chainId = await reach(() => client.getChainId())
  const account = flags.deployer ?? (await deployingAccount(flags.account, chainId))
  const compiled = await loadArtifacts({
    domains: [
      ...deployedDomains,
      ...(flags.oracleNetwork ? oracleNetworkDomains : []),
      ...(flags.dispute ? ['dispute'] : []),
    ],
    progress: ({ step, domain }) => {
      if (step === 'compiling') progress(`compiling ${domain} ...`)
    },
  })
  const artifacts = { ...compiled, ...(flags.dispute ? await verifiers() : {}) }
  const deployer = typeof account === 'string' ? account : account.address
  const factory = await findFactory(client, { deployer, artifacts, factory: flags.factory })
  const plan = planDeployment({ artifacts, deployer, factory: factory.address }, choicesOf(flags))
  const steps = [...(factory.step === undefined ? [] : [factory.step]), ...plan.steps]
  const ether = await reach(() => client.getBalance({ address: deployer }))
  const facts = { chainId, deployer, factory: factory.address, contracts: plan.contracts }
  const parts = [Report.ofPlan(facts, ether)]
  parts.push(
    typeof account !== 'string' && flags.execute
      ? await carryOut(client, account, steps)
      : Report.ofInspection(
          await inspect(client, deployer, steps),
          await reach(() => client.getGasPrice()),
        ),
  )
  if (flags.writeNetwork) parts.push(await writeNetwork(client, flags, chainId, plan.contracts))
  const verdicts = flags.verifyBytecode
    ? await verifyBytecode(client, artifacts, plan.contracts)
    : undefined
  if (verdicts !== undefined) parts.push(Report.ofVerdicts(verdicts))
  const results = parts.map(({ result }) => result)
  show(
    command,
    Object.assign({}, ...results),
    parts.flatMap(({ lines }) => lines),
  )
  Report.assertSame(verdicts ?? [])
}

/**
 * Code of the circuits' verifiers, of the keys that AMBROSIA_CIRCUIT_KEYS names or of this machine.
 */
async function verifiers(): Promise<Artifacts> {
  const [{ startProver }, { verifierArtifacts }] = await Promise.all([
    import('@ambrosia/dispute/process/Prover'),
    import('@ambrosia/dispute/process/deployClaimBook'),
  ])
  const prover = startProver({ onProgress: progress })
  try {
    return await verifierArtifacts(prover, isDevelopment() ? 'development' : 'ceremony')
  } finally {
    await prover.stop()
  }
}

async function carryOut(
  client: PublicClient,
  account: LocalAccount,
  steps: readonly Step[],
): Promise<Report.Part> {
  const done: Report.Done[] = []
  await execute({
    client,
    account,
    steps,
    onPending: (count) => progress(`waiting for ${count} transactions of an earlier run ...`),
    onProgress: ({ step, index, total, state, gas }) => {
      progress(`${String(index + 1).padStart(3)}/${total}  ${state.padEnd(5)}  ${step.name}`)
      done.push({ step, state, gas })
    },
  })
  return Report.ofExecution(done)
}

async function writeNetwork(
  client: PublicClient,
  { rpc }: DeployFlags,
  chainId: number,
  contracts: Addresses,
): Promise<Report.Part> {
  const deployedAtBlock = await findDeploymentBlock(client, contracts.accessManager)
  const networkFile = writeDeployment(homeOf(), {
    chainId,
    rpcUrl: rpc,
    contracts,
    deployedAtBlock,
  })
  const lines = [`${networkFile} names these contracts`]
  if (deployedAtBlock === undefined) {
    lines.push('  the block of the deployment is not known; services will read from block 0')
  }
  return { result: { networkFile }, lines }
}

/** @throws Cli.Usage */
function disputeOf({ dispute, recipient, receiptQuorum }: DeployFlags): Choices['dispute'] {
  if (!dispute) return undefined
  const recipients = [...new Set(recipient.map((one) => address(one)))]
  const quorum = receiptQuorum ?? Math.floor(recipients.length / 2) + 1
  if (quorum > recipients.length) {
    throw new UsageError(`--receipt-quorum is more than the ${recipients.length} recipients`)
  }
  return { ...DISPUTE_RULES, recipients, quorum }
}

function choicesOf(flags: DeployFlags): Choices {
  return {
    development: flags.development,
    tokenHolder: flags.tokenHolder,
    supply: fromDecimal(flags.supply),
    admin: flags.admin,
    label: flags.label,
    oracleNetwork: flags.oracleNetwork ? ORACLE_NETWORK : undefined,
    dispute: disputeOf(flags),
    roleHolders: {
      oracleAdmission: flags.oracleAdmission,
      oraclePower: flags.oraclePower,
      tokenListing: flags.tokenListing,
    },
  }
}
