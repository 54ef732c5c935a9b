import type { Command } from 'commander'
import { homeOf, portsOf } from '../environment.ts'
import { wholeNumber } from '../options.ts'
import { progress, show } from '../output.ts'

/** `ambrosia up`: a development network that stays. */
export function define(up: Command): void {
  up.option('--oracles <n>', 'how many oracles, 1 to 5', wholeNumber(1, 5), 3)
    .option('--fresh', 'delete the home first, wallet included')
    .addHelpText('after', '\nExample:\n  ambrosia up &\n  ambrosia deal list\n  ambrosia down')
    .action(async (options: { oracles: number; fresh?: boolean }, command: Command) => {
      const home = homeOf()
      const stopping = new AbortController()
      for (const signal of ['SIGINT', 'SIGTERM'] as const)
        process.once(signal, () => stopping.abort())
      const { start } = await import('@ambrosia/devnet/Network')
      const network = await start({
        home,
        ports: portsOf(process.env),
        oracleCount: options.oracles,
        fresh: options.fresh ?? false,
        onStep: (step) => progress(`starting: ${step}`),
        signal: stopping.signal,
      })
      const { file } = network
      show(command, { network: file }, [
        `chain    ${file.rpcUrl}`,
        `issuer   ${file.services.issuer}   ${network.issuerDid}`,
        `store    ${file.services.store}`,
        ...file.services.oracles.map(
          (url, index) => `oracle   ${url}   ${network.operators[index]}`,
        ),
        `home     ${home}   (network.json, logs)          Ctrl-C ends`,
      ])
      await new Promise<void>((done) => {
        if (stopping.signal.aborted) done()
        stopping.signal.addEventListener('abort', () => done(), { once: true })
      })
      await network.stop()
    })
}
