import type { Command } from 'commander'
import { show } from '../../output.ts'
import { whileWaiting } from '../../whileWaiting.ts'

/** `ambrosia did create`. */
export function define(create: Command): void {
  create
    .option('--key <name>', 'name of the key', 'consumer')
    .option('--relayer <name>', 'name of the account that pays the gas', 'relayer')
    .addHelpText('after', '\nExample:\n  ambrosia did create --key consumer')
    .action(async (options: { key: string; relayer: string }, command: Command) => {
      const { accountOf, openSession } = await import('../../Session.ts')
      const { createConsumerDid } = await import('@ambrosia/sdk/identity/createDid')
      const session = await openSession()
      const { publicKey } = await session.wallet.encryptionKey(options.key)
      const { did, receipt } = await whileWaiting('waiting for the chain', async () =>
        createConsumerDid({
          chain: session.chain,
          controller: accountOf(session, options.key),
          relayer: accountOf(session, options.relayer),
          deliveryKey: publicKey,
          now: Date.now,
        }),
      )
      show(command, { did, transaction: receipt.transactionHash, gas: Number(receipt.gasUsed) }, [
        did,
      ])
    })
}
