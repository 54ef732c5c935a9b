import type { Command } from 'commander'
import { l2UrlOf } from '../../l2UrlOf.ts'
import { show } from '../../output.ts'

type Status = {
  account: string
  roles: string[]
  engine: string
  chainId: number
  head: { number: number; hash: string; timestamp: number }
  settled: { number: number; hash: string; records: number }
  l1: { entries: number; records: number }
  pool: number
}

/** `ambrosia node status`. */
export function define(verb: Command): void {
  verb
    .option('--url <url>', 'JSON-RPC of the node; default: the first of this home')
    .addHelpText(
      'after',
      `
Example:
  ambrosia node status --json`,
    )
    .action(async ({ url }: { url?: string }, command: Command) => {
      const { createPublicClient, http } = await import('viem')
      const { reach } = await import('@ambrosia/chain/errors')
      const client = createPublicClient({ transport: http(l2UrlOf(url, '--url')) })
      const request = client.request as (call: { method: string }) => Promise<unknown>
      const status = (await reach(() => request({ method: 'ambrosia_status' }))) as Status
      const { head, settled, l1 } = status
      show(command, status, [
        `account   ${status.account}`,
        `roles     ${status.roles.join(', ')} (${status.engine}, chain ${status.chainId})`,
        `head      ${head.number}  ${head.hash}`,
        `settled   ${settled.number}  ${settled.hash}`,
        `records   ${settled.records} of ${l1.records}, inbox entries ${l1.entries}`,
        `waiting   ${status.pool}`,
      ])
    })
}
