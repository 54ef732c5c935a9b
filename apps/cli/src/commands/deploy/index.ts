import type { Command } from 'commander'
import { address, repeated, walletName, wholeNumber } from '../../options.ts'
import { UsageError } from '../../output.ts'
import type { DeployFlags } from './flags.ts'

/** `ambrosia deploy`: puts the contracts on any Ethereum, or says what it would do. */
export function define(deploy: Command): void {
  deploy
    .requiredOption('--rpc <url>', 'node of the chain (required)')
    .option('--plan', 'print every address and transaction, send nothing', false)
    .option('--execute', 'send what is not done yet; ended anywhere, run it again', false)
    .option('--verify-bytecode', 'compare the code on the chain with what the sources compile to')
    .option('--account <name>', 'key of the wallet that deploys; on a development chain: deployer')
    .option('--deployer <address>', 'plan as this account, whose key is not needed', address)
    .option('--development', 'allow deals with a quorum of one', false)
    .option(
      '--admin <address>',
      'administrator in the end; default: the account that deploys',
      address,
    )
    .option(
      '--token-holder <address>',
      'holder of all MED; default: the account that deploys',
      address,
    )
    .option('--supply <amount>', 'MED in existence', '1000000000')
    .option('--oracle-admission <address>', 'who admits and suspends oracles', address)
    .option(
      '--oracle-power <address>',
      'who chooses where the power of oracles is read from',
      address,
    )
    .option('--token-listing <address>', 'who allows tokens for deals', address)
    .option(
      '--oracle-network',
      'oracles join by stake, evidence and votes, keep epochs, and answer to judges',
      false,
    )
    .option(
      '--dispute',
      'with a book of claims about private runs (ClaimBook) and the verifiers of its circuits',
      false,
    )
    .option(
      '--recipient <address>',
      'who may sign that they hold the input of a claim; repeatable, with --dispute',
      repeated,
      [],
    )
    .option(
      '--receipt-quorum <n>',
      'recipients who must sign for a claim; default: more than half',
      wholeNumber(1, 64),
    )
    .option('--label <name>', 'another label, another deployment of the same code', walletName)
    .option('--factory <address>', 'deploy with this CREATE2 factory', address)
    .option('--write-network', 'write the addresses to network.json of the home', false)
    .addHelpText(
      'after',
      `
Examples:
  ambrosia deploy --rpc http://127.0.0.1:8545 --plan
  ambrosia deploy --rpc http://127.0.0.1:8545 --plan --dispute --recipient 0x… --recipient 0x… --recipient 0x…
  ambrosia deploy --rpc https://node.example --account operator --admin 0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359 \\
    --execute --verify-bytecode --write-network`,
    )
    .action(async (flags: DeployFlags, command: Command) => {
      if (flags.plan === flags.execute) {
        throw new UsageError('one of --plan and --execute is needed', 'Begin with --plan.')
      }
      if (flags.execute && flags.deployer !== undefined) {
        throw new UsageError('--deployer is for --plan; --execute needs the key: --account')
      }
      if (flags.dispute !== flags.recipient.length > 0) {
        throw new UsageError('--dispute needs a --recipient, and --recipient needs --dispute')
      }
      const { run } = await import('./run.ts')
      await run(flags, command)
    })
}
