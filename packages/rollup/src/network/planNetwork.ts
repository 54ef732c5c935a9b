import type { Artifacts } from '@ambrosia/chain/Artifact'
import { committeeResolverAbi, networkFactoryAbi } from '@ambrosia/chain/abi/rollup'
import { planDispute } from '@ambrosia/chain/deploy/dispute'
import type { DisputeParameters } from '@ambrosia/chain/deploy/disputeParameters'
import { CONTRACTS_KIND } from '@ambrosia/chain/deploy/rollup'
import { type Context, configure, create, type Step } from '@ambrosia/chain/deploy/Step'
import { reach } from '@ambrosia/chain/errors'
import type { Reader } from '@ambrosia/chain/read/Deployed'
import { type Hex, random, toHex } from '@ambrosia/primitives/Bytes'
import { encodeDeployData, encodeFunctionData } from 'viem'
import { getBlockNumber, getChainId, readContract } from 'viem/actions'
import { commitBlock } from '../Assertion.ts'
import type { ChainRules } from '../ChainRules.ts'
import { createGenesis, type Genesis } from '../L2Genesis.ts'
import { createKeyPair } from '../SealedPayload.ts'
import type { L2Network } from './L2Network.ts'

/** What whoever creates a network decides. */
export type NetworkChoices = {
  chainId: number
  /** Accounts of the committee. */
  members: readonly Hex[]
  threshold: number
  /** The member that orders transactions. */
  sequencer: Hex
  /** Announces other members and rules. */
  governor: Hex
  /** Zero: ether. */
  gasToken: Hex
  bondToken: Hex
  /** Smallest unit of the bond token. */
  bond: bigint
  cadenceSec: number
  /** After it whoever was left out can be included by force. */
  inclusionDelaySec: number
  /** Before it no assertion is confirmed, unless every member signs. */
  periodSec: number
  gasLimit: number
  feeRecipient: Hex
  maximumDriftSec: number
  recordGas: number
  maximumBatches: number
  /**
   * Rules of the games over claims, whose recipients are the members; absent: a threshold of
   * members decides about false assertions, without any proof.
   */
  dispute?: Omit<DisputeParameters, 'recipients' | 'quorum'> | undefined
}

/** The program that assertions are claims about: guest/rollup, as guest/artifacts.json pins it. */
const PROGRAM_ID: Hex = '0x0ac5e74d42d1c02fa7c15865f37370e00e1e2f2acfa1a60f5891480153206606'

/**
 * Everything of a network before any of it is on L1: its description, to be kept first since
 * nothing else has its secrets, and the steps that create it.
 * @param context as in a deployment; its artifacts hold the domain `rollup`, for disputes also
 * `dispute` and the verifiers
 */
export async function planNetwork(
  client: Reader,
  context: Context,
  options: {
    networkFactory: Hex
    choices: NetworkChoices
    /** Hash of the block that a genesis file makes, which takes an engine. */
    hashGenesis: (genesis: Genesis) => Promise<Hex>
  },
): Promise<{ network: L2Network; steps: Step[] }> {
  const { networkFactory, choices, hashGenesis } = options
  const { deployer } = context
  const salt = toHex(random(32))
  const predicted = await reach(() =>
    readContract(client, {
      address: networkFactory,
      abi: networkFactoryAbi,
      functionName: 'predict',
      args: [CONTRACTS_KIND, deployer, salt],
    }),
  )
  const resolver = planResolver(context, choices, predicted.committee)
  const rules: ChainRules = {
    l1ChainId: await reach(() => getChainId(client)),
    inbox: lower(predicted.inbox),
    chainId: choices.chainId,
    gasLimit: choices.gasLimit,
    feeRecipient: lower(choices.feeRecipient),
    maximumDrift: choices.maximumDriftSec,
    recordGas: choices.recordGas,
  }
  const network: L2Network = {
    version: 1,
    contracts: {
      factory: networkFactory,
      committee: lower(predicted.committee),
      inbox: lower(predicted.inbox),
      batches: lower(predicted.batches),
      assertions: lower(predicted.assertions),
      outbox: lower(predicted.outbox),
      bridge: lower(predicted.bridge),
      resolver: lower(resolver.address),
      gasToken: lower(choices.gasToken),
      bondToken: lower(choices.bondToken),
    },
    rules,
    decidedBy: choices.dispute === undefined ? 'committee' : 'dispute',
    programId: PROGRAM_ID,
    sequencer: lower(choices.sequencer),
    fromBlock: Number(await reach(() => getBlockNumber(client, { cacheTime: 0 }))),
    cadenceSec: choices.cadenceSec,
    genesis: createGenesis({
      rules,
      code: codeOf(context.artifacts),
      l1Bridge: lower(predicted.bridge),
    }),
    secrets: { genesisSalt: toHex(random(32)), keys: [await createKeyPair(random(32))] },
  }
  return {
    network,
    steps: [
      ...resolver.steps,
      createStep(network, choices, { salt, genesisHash: await hashGenesis(network.genesis) }),
    ],
  }
}

/** What decides about claims behind assertions. */
function planResolver(
  context: Context,
  choices: NetworkChoices,
  committee: Hex,
): { address: Hex; steps: Step[] } {
  const { dispute, members, threshold, bondToken, governor } = choices
  if (dispute === undefined) {
    const { address, step } = create(
      context,
      'rollup',
      'committeeResolver',
      encodeDeployData({
        abi: committeeResolverAbi,
        bytecode: context.artifacts['committeeResolver']?.bytecode as Hex,
        args: [committee, BigInt(choices.periodSec)],
      }),
    )
    return { address, steps: [step] }
  }
  const parameters = { ...dispute, recipients: members, quorum: threshold }
  const { contracts, steps } = planDispute(context, { bondToken, treasury: governor, parameters })
  return { address: contracts.claimBook, steps }
}

function createStep(
  network: L2Network,
  choices: NetworkChoices,
  { salt, genesisHash }: { salt: Hex; genesisHash: Hex },
): Step {
  const { contracts, rules, secrets } = network
  const { factory } = contracts
  const parameters = {
    kind: CONTRACTS_KIND,
    chainId: BigInt(rules.chainId),
    gasLimit: BigInt(rules.gasLimit),
    feeRecipient: rules.feeRecipient,
    maximumDrift: BigInt(rules.maximumDrift),
    recordGas: BigInt(rules.recordGas),
    gasToken: choices.gasToken,
    bondToken: choices.bondToken,
    governor: choices.governor,
    governanceDelay: BigInt(choices.periodSec * 2 + 1),
    inclusionDelay: BigInt(choices.inclusionDelaySec),
    cadence: BigInt(choices.cadenceSec),
    members: [...choices.members].map(lower).sort(),
    threshold: choices.threshold,
    encryptionKey: secrets.keys[0]?.publicKey as Hex,
    genesisCommitment: commitBlock(secrets.genesisSalt, genesisHash),
    rules: {
      // The factory fills it in.
      rulesHash: `0x${'00'.repeat(32)}` as const,
      programId: network.programId,
      resolver: contracts.resolver,
      bond: choices.bond,
      period: BigInt(choices.periodSec),
      maximumBatches: BigInt(choices.maximumBatches),
    },
  }
  const abi = networkFactoryAbi
  const args = [salt, parameters] as const
  const data = encodeFunctionData({ abi, functionName: 'create', args })
  return configure('rollup', 'create network', { to: factory, data }, async (client) => {
    const chainId = BigInt(rules.chainId)
    const read = { address: factory, abi, functionName: 'networkOf', args: [chainId] } as const
    const id = await readContract(client, read)
    if (BigInt(id) === 0n) return false
    const functionName = 'contractsOf'
    const found = await readContract(client, { ...read, functionName, args: [id] })
    // Another's network has other addresses; then the factory refuses the chain id.
    return lower(found.inbox) === contracts.inbox
  })
}

function codeOf(artifacts: Artifacts) {
  const runtime = (name: string) => artifacts[name]?.runtime as Hex
  return {
    messenger: runtime('messenger'),
    tokenBridge: runtime('tokenBridge'),
    bridgedToken: runtime('bridgedToken'),
  }
}

function lower(address: Hex): Hex {
  return address.toLowerCase() as Hex
}
