import type { Command } from 'commander'
import { RefusedError, show } from '../../output.ts'

/** `ambrosia did resolve`. */
export function define(resolve: Command): void {
  resolve
    .argument('<did>', 'a did:ambrosia, did:key or other DID that the resolver knows')
    .option('--at <block>', 'block number')
    .addHelpText('after', '\nExample:\n  ambrosia did resolve did:ambrosia:31337:… --at 12')
    .action(async (did: string, options: { at?: string }, command: Command) => {
      const { openSession } = await import('../../Session.ts')
      const { chain } = await openSession()
      const result = await chain.resolver.resolve(
        did,
        options.at === undefined ? {} : { versionId: options.at },
      )
      const { error } = result.didResolutionMetadata
      if (error !== undefined)
        throw new RefusedError(`Resolver.${error}`, `the DID does not resolve: ${error}`)
      show(command, { ...result }, [JSON.stringify(result.didDocument, null, 2)])
    })
}
