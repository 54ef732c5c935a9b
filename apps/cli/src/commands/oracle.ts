import type { Command } from 'commander'
import { groupOf, show } from '../group.ts'

/** `ambrosia oracle`: the oracles of this network. */
export function register(program: Command): void {
  const oracle = groupOf(program, 'oracle', 'Run and watch oracles.')
  oracle
    .command('list')
    .description('registered oracles, their state and whether they answer')
    .addHelpText('after', '\nExample:\n  ambrosia oracle list')
    .action(async (_options: object, command: Command) => {
      const { openSession } = await import('../Session.ts')
      const { readOperators, readOracle } = await import('@ambrosia/chain/read')
      const { chain } = await openSession()
      const operators = await readOperators(chain.client, chain.contracts.oracleRegistry)
      const oracles = await Promise.all(
        operators.map(async (operator) => {
          const one = await readOracle(chain.client, chain.contracts.oracleRegistry, operator)
          const ready = await fetch(`${one.endpoint}/ready`, {
            signal: AbortSignal.timeout(5_000),
          }).then(
            (answer) => answer.ok,
            () => false,
          )
          return { ...one, epoch: Number(one.epoch), ready }
        }),
      )
      await show(
        command,
        { oracles },
        oracles.map(
          (one) =>
            `${one.operator}  ${one.status.padEnd(10)}  ${one.ready ? 'ready' : 'silent'}  ${one.endpoint}  ${one.commissionBps / 100} %`,
        ),
      )
    })
  oracle
    .command('serve')
    .description(
      'run an oracle in this home; settings come from AMBROSIA_… (see docs/operations.md)',
    )
    .option('--port <n>', 'port to listen on', '4301')
    .option('--name <name>', 'folder of this oracle in the home', 'oracle')
    .addHelpText(
      'after',
      '\nExample:\n  AMBROSIA_PASSWORD_FILE=secret ambrosia oracle serve --port 4310 --name oracle-4',
    )
    .action(async (options: { port: string; name: string }) => {
      const { spawn } = await import('node:child_process')
      const { fileURLToPath } = await import('node:url')
      const { homeOf } = await import('../home.ts')
      const main = fileURLToPath(new URL('../../../oracle/src/main.ts', import.meta.url))
      const child = spawn(process.execPath, [main], {
        stdio: 'inherit',
        env: {
          ...process.env,
          AMBROSIA_HOME: homeOf(),
          AMBROSIA_PORT: options.port,
          AMBROSIA_NAME: options.name,
        },
      })
      for (const signal of ['SIGINT', 'SIGTERM'] as const)
        process.on(signal, () => child.kill(signal))
      process.exitCode = await new Promise<number>((done) =>
        child.once('exit', (code) => done(code ?? 1)),
      )
    })
}
