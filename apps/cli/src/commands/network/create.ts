import type { NetworkChoices } from '@ambrosia/rollup/network/planNetwork'
import { type Command, Option } from 'commander'
import type { Hex } from 'viem'
import { isDevelopment } from '../../environment.ts'
import { address, repeated, wholeNumber } from '../../options.ts'
import { progress, show, UsageError } from '../../output.ts'

type Options = {
  rpc: string
  account?: string
  out: string
  publicOut: string
  member: string[]
  threshold?: number
  sequencer?: Hex
  accessManager: Hex
  gasToken: Hex
  bondToken: Hex
  governor?: Hex
  feeRecipient?: Hex
  chainId: number
  bond: string
  cadence: number
  inclusionDelay: number
  period: number
  gasLimit: number
  decidedBy: 'committee' | 'dispute'
}

const ZERO: Hex = `0x${'00'.repeat(20)}`

/** `ambrosia network create`. */
export function define(verb: Command): void {
  const seconds = wholeNumber(1, 2 ** 31)
  verb
    .requiredOption('--rpc <url>', 'node of L1')
    .requiredOption('--member <address>', 'account of a member; repeatable', repeated, [])
    .requiredOption('--access-manager <address>', 'contract that says who adds kinds', address)
    .requiredOption('--bond-token <address>', 'token that assertions are bonded with', address)
    .requiredOption('--chain-id <n>', "the chain's own id", wholeNumber(1, 2 ** 48))
    .option('--gas-token <address>', 'token that pays gas on L2; default: ether', address, ZERO)
    .option('--threshold <n>', 'members that certify; default: more than half', wholeNumber(1, 64))
    .option('--sequencer <address>', 'member that orders; default: the first', address)
    .option('--governor <address>', 'who announces changes; default: the creator', address)
    .option('--fee-recipient <address>', 'who gets fees on L2; default: the governor', address)
    .option('--bond <amount>', 'bond of an assertion', '100')
    .option('--cadence <seconds>', 'time between two batches', seconds, 60)
    .option('--inclusion-delay <seconds>', 'then whoever is left out can force', seconds, 86_400)
    .option('--period <seconds>', 'before it nothing is confirmed, unless by all', seconds, 604_800)
    .option('--gas-limit <gas>', 'of a block', wholeNumber(1_000_000, 1_000_000_000), 30_000_000)
    .option('--account <name>', 'key of the wallet that creates it')
    .option('--out <file>', 'description for members, with secrets', 'l2/network.json')
    .option('--public-out <file>', 'description for users', 'l2/public.json')
    .addOption(
      new Option(
        '--decided-by <whom>',
        'who decides that an assertion is false: a threshold of members, or a dispute that ends in a proof',
      )
        .choices(['committee', 'dispute'])
        .default('committee'),
    )
    .addHelpText(
      'after',
      `
The description for members holds the key that opens what is sent to the chain: hand it to members only, over a channel of your own.

Example:
  ambrosia network create --rpc http://127.0.0.1:8545 --chain-id 777001 --access-manager 0x… --bond-token 0x… \\
    --member 0x… --member 0x… --member 0x…`,
    )
    .action(run)
}

async function run(options: Options, command: Command): Promise<void> {
  const { writeFileSync } = await import('node:fs')
  const { resolve } = await import('node:path')
  const { createPublicClient, http } = await import('viem')
  const { reach } = await import('@ambrosia/chain/errors')
  const { createNetwork } = await import('@ambrosia/devnet/l2/createNetwork')
  const { toPublic } = await import('@ambrosia/rollup/network/L2Network')
  const { deployingAccount } = await import('../deploy/account.ts')
  const client = createPublicClient({ transport: http(options.rpc), cacheTime: 0 })
  const account = await deployingAccount(options.account, await reach(() => client.getChainId()))
  const network = await createNetwork({
    client,
    account,
    accessManager: options.accessManager,
    choices: await choicesOf(options, account.address),
    path: resolve(options.out),
    verifiers: isDevelopment() ? 'development' : 'ceremony',
    onProgress: ({ step, index, total, state }) =>
      progress(`${String(index + 1).padStart(3)}/${total}  ${state.padEnd(5)}  ${step.name}`),
  })
  const shared = toPublic(network)
  writeFileSync(resolve(options.publicOut), `${JSON.stringify(shared, null, 2)}\n`)
  const { contracts, rules } = network
  show(command, { network: shared, description: resolve(options.out) }, [
    `network of chain ${rules.chainId}`,
    ...Object.entries(contracts).map(([name, at]) => `  ${name.padEnd(11)} ${at}`),
    `${options.out} is for its members alone; ${options.publicOut} is for its users`,
  ])
}

async function choicesOf(options: Options, creator: Hex): Promise<NetworkChoices> {
  const { fromDecimal } = await import('@ambrosia/primitives/Units')
  const { DISPUTE_RULES } = await import('@ambrosia/chain/deploy/disputeParameters')
  const members = options.member.map((member) => address(member).toLowerCase() as Hex)
  const [first] = members
  const sequencer = (options.sequencer ?? first)?.toLowerCase() as Hex | undefined
  if (sequencer === undefined || !members.includes(sequencer))
    throw new UsageError('the sequencer is not among the members')
  const threshold = options.threshold ?? Math.floor(members.length / 2) + 1
  if (threshold > members.length || threshold * 2 <= members.length)
    throw new UsageError('a threshold is more than half of the members, and no more than all')
  const governor = options.governor ?? creator
  return {
    chainId: options.chainId,
    members,
    threshold,
    sequencer,
    governor,
    gasToken: options.gasToken,
    bondToken: options.bondToken,
    bond: fromDecimal(options.bond),
    cadenceSec: options.cadence,
    inclusionDelaySec: options.inclusionDelay,
    periodSec: options.period,
    gasLimit: options.gasLimit,
    feeRecipient: options.feeRecipient ?? governor,
    maximumDriftSec: 600,
    recordGas: 1_000_000_000,
    maximumBatches: 100,
    dispute: options.decidedBy === 'dispute' ? DISPUTE_RULES : undefined,
  }
}
