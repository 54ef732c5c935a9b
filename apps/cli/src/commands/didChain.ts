import type { Command } from 'commander'
import { groupOf, show } from '../group.ts'

/** `ambrosia did create|resolve|deactivate`: identifiers on chain. */
export function register(program: Command): void {
  const did = groupOf(program, 'did', 'Make, show and resolve decentralized identifiers.')
  did
    .command('create')
    .description('create a did:ambrosia for a key of your wallet; a relayer pays the gas')
    .option('--key <name>', 'name of the key', 'consumer')
    .option('--relayer <name>', 'name of the account that pays the gas', 'relayer')
    .addHelpText('after', '\nExample:\n  ambrosia did create --key consumer')
    .action(async (options: { key: string; relayer: string }, command: Command) => {
      const { accountOf, openSession } = await import('../Session.ts')
      const { createConsumerDid } = await import('@ambrosia/sdk/identity/createDid')
      const session = await openSession()
      const { publicKey } = await session.wallet.encryptionKey(options.key)
      const { did: created, receipt } = await createConsumerDid({
        chain: session.chain,
        controller: accountOf(session, options.key),
        relayer: accountOf(session, options.relayer),
        deliveryKey: publicKey,
        now: Date.now,
      })
      await show(
        command,
        { did: created, transaction: receipt.transactionHash, gas: Number(receipt.gasUsed) },
        [created],
      )
    })
  did
    .command('resolve <did>')
    .description('the document of a DID, now or as it stood at a block')
    .option('--at <block>', 'block number')
    .addHelpText('after', '\nExample:\n  ambrosia did resolve did:ambrosia:31337:… --at 12')
    .action(async (text: string, options: { at?: string }, command: Command) => {
      const { openSession } = await import('../Session.ts')
      const session = await openSession()
      const result = await session.chain.resolver.resolve(
        text,
        options.at === undefined ? {} : { versionId: options.at },
      )
      const { error } = result.didResolutionMetadata
      if (error !== undefined) {
        const { RefusedError } = await import('../output.ts')
        throw new RefusedError(`Resolver.${error}`, `the DID does not resolve: ${error}`)
      }
      await show(command, { ...result }, [JSON.stringify(result.didDocument, null, 2)])
    })
  did
    .command('deactivate')
    .description('deactivate the DID of a key for ever')
    .requiredOption('--key <name>', 'name of the key that controls it')
    .requiredOption('--yes', 'nothing brings a deactivated DID back: say that you mean it')
    .option('--relayer <name>', 'name of the account that pays the gas', 'relayer')
    .action(async (options: { key: string; relayer: string }, command: Command) => {
      const { accountOf, openSession } = await import('../Session.ts')
      const { deactivateDid } = await import('@ambrosia/sdk/identity/createDid')
      const session = await openSession()
      const receipt = await deactivateDid({
        chain: session.chain,
        controller: accountOf(session, options.key),
        relayer: accountOf(session, options.relayer),
        salt: `0x${'00'.repeat(32)}`,
        now: Date.now,
      })
      await show(command, { transaction: receipt.transactionHash }, ['deactivated'])
    })
}
