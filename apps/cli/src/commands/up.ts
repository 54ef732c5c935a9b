import { join, relative } from 'node:path'
import type { Network } from '@ambrosia/devnet/Network'
import type { ProcessEvent } from '@ambrosia/devnet/supervise'
import type { Command } from 'commander'
import { homeOf, portsOf } from '../environment.ts'
import { reasonOf } from '../namedFiles.ts'
import { repeated, wholeNumber } from '../options.ts'
import { progress, RefusedError, reportError, show, UsageError, wantsJson } from '../output.ts'
import { whileWaiting } from '../whileWaiting.ts'

type Options = {
  oracles?: number
  oracleNetwork: boolean
  fresh: boolean
  l2: boolean
  dispute: boolean
  inspect: string[]
  watch: string[]
}

/** `ambrosia up`: a development network that stays. */
export function define(up: Command): void {
  up.option('--oracles <n>', 'how many oracles, 1 to 5 (default: 3)', wholeNumber(1, 5))
    .option(
      '--oracle-network',
      'oracles join by stake, evidence and votes, and keep epochs; of a new network',
      false,
    )
    .option(
      '--fresh',
      'delete first what a development network made in this home, wallet included',
      false,
    )
    .option('--l2', 'with a layer-2 chain of three members, whose gas is MED', false)
    .option(
      '--dispute',
      'with a ClaimBook for claims about private runs; with --l2, whoever asserts what is false loses by a proof, not by the word of members',
      false,
    )
    .option(
      '--inspect <service>',
      'let a debugger attach to it, or to all; repeatable',
      repeated,
      [],
    )
    .option('--watch <service>', 'start it, or all, again when a source changes', repeated, [])
    .addHelpText(
      'after',
      `
The network stays in its home: chain, issuer, records and deals come back with the next up. Only --fresh begins anew.
A service that ends is started again, five times in a row at most. Services are issuer, store, oracle-1 and up.

Examples:
  ambrosia up &
  ambrosia deal list
  ambrosia down
  ambrosia up --l2
  ambrosia up --dispute
  ambrosia up --watch oracle-1 --inspect oracle-1`,
    )
    .action(run)
}

/** As many founders as there are oracles. */
async function parametersOf(founders: number) {
  const { ORACLE_NETWORK } = await import('@ambrosia/chain/deploy/oracleNetworkParameters')
  return { ...ORACLE_NETWORK, founders }
}

async function run(options: Options, command: Command): Promise<void> {
  const home = homeOf()
  const count = options.oracles ?? (await keptOracles(home)) ?? 3
  const inspected = servicesOf(options.inspect, count)
  const watched = servicesOf(options.watch, count)
  const stopping = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort())
  const ended = new Promise<void>((done) => {
    stopping.signal.addEventListener('abort', () => done(), { once: true })
  })
  const { start } = await import('@ambrosia/devnet/Network')
  const { readMark } = await import('@ambrosia/devnet/HomeMark')
  const { isPageBuilt } = await import('@ambrosia/devnet/page')
  const { firstFree } = await import('@ambrosia/devnet/Ports')
  const { describeEvent, describePorts } = await import('@ambrosia/devnet/words')
  const inspectPorts: Record<string, number> = {}
  for (const name of inspected)
    inspectPorts[name] = await firstFree(9229, new Set(Object.values(inspectPorts)))
  let isChainLost = false
  if (readMark(home)?.madeBy === 'demo')
    progress(
      'this home held the network of a demonstration: a new one takes its place; what it delivered stays, and verifies by its proof',
    )
  let doing = 'chain'
  const starting = start({
    home,
    ports: portsOf(process.env),
    ...(options.oracles === undefined ? {} : { oracleCount: options.oracles }),
    ...(options.oracleNetwork ? { oracleNetwork: await parametersOf(count) } : {}),
    maker: 'up',
    blocksByClock: options.l2,
    fresh: options.fresh,
    page: true,
    restarts: true,
    inspectPorts,
    onStep: (step) => {
      doing = step
      progress(`starting: ${step}`)
    },
    onPorts: (ports) => describePorts(ports).forEach(progress),
    onChainUnkept: (error) =>
      progress(
        `the chain could not be kept on disk (${reasonOf(error)}); what happens now may be lost`,
      ),
    onEvent: (event: ProcessEvent) => {
      const line = describeEvent(event)
      if (line !== undefined) progress(line)
      if (event.name !== 'chain' || event.kind !== 'ended' || event.isAsked) return
      isChainLost = true
      stopping.abort()
    },
    signal: stopping.signal,
  })
  const network = await whileWaiting(
    () => `starting: ${doing}`,
    () => starting,
  )
  const l2 = options.l2 ? await addL2(network, options.dispute) : undefined
  const file = options.dispute ? await withClaimBook(network) : network.file
  await watch(watched, network, stopping.signal)
  show(command, { network: file, ...(l2 && { l2: l2.result }) }, [
    ...(l2?.lines ?? []),
    ...(options.dispute ? [`ClaimBook ${file.contracts['claimBook']}`] : []),
    ...linesOf(network, network.page === undefined || isPageBuilt(network.page.folder)),
  ])
  void preparePage(network, stopping.signal)
  await ended
  progress('ending')
  await network.stop()
  if (!isChainLost) return
  const lost = new RefusedError(
    'Network.ChainLost',
    'the chain ended, and with it what everything else stands on',
    `Read ${network.supervisor.get('chain').logFile}.`,
  )
  if (!wantsJson(command)) throw lost
  // The one object of --json said that the network is up; whoever reads it gets no second one.
  process.exitCode = reportError(lost, false)
}

/** How many oracles the network has that the home keeps. */
async function keptOracles(home: string): Promise<number | undefined> {
  const { readMark } = await import('@ambrosia/devnet/HomeMark')
  const { readNetworkFile } = await import('@ambrosia/devnet/NetworkFile')
  if (readMark(home)?.isComplete !== true) return undefined
  return readNetworkFile(home).services.oracles.length
}

/** @returns the network's file with a ClaimBook */
async function withClaimBook(network: Network) {
  const { addClaimBook } = await import('@ambrosia/devnet/addClaimBook')
  return await whileWaiting(
    () => 'starting: ClaimBook',
    () => addClaimBook(network, progress),
  )
}

/** Builds the page beside everything else where these sources were never built. */
async function preparePage({ page, home }: Network, signal: AbortSignal): Promise<void> {
  const { buildPage, isPageBuilt } = await import('@ambrosia/devnet/page')
  if (!page || isPageBuilt(page.folder)) return
  const logFile = join(home, 'logs', 'page-build.log')
  const isBuilt = await whileWaiting('the page is being prepared', () =>
    buildPage({ folder: page.folder, logFile, signal }),
  )
  if (signal.aborted) return
  progress(isBuilt ? `the page is ready: ${page.url}` : `the page was not built; read ${logFile}`)
}

/** Starts a layer-2 chain beside the network. */
async function addL2({ home, file, chain, supervisor }: Network, isDisputed: boolean) {
  const { DEVELOPMENT_DISPUTE, L2_PORT, startL2 } = await import('@ambrosia/devnet/l2/startL2')
  const { rpcUrl } = file
  const { contracts } = chain
  const port = process.env['AMBROSIA_PORTS'] === 'any' ? 0 : L2_PORT
  const onStep = (step: string) => progress(`starting: layer-2 ${step}`)
  const l2 = await startL2({
    ...{ home, rpcUrl, supervisor, contracts, port, onStep },
    // Each assertion is a run of the guest on every node.
    ...(isDisputed && {
      choices: { dispute: DEVELOPMENT_DISPUTE },
      env: { 'node-1': { AMBROSIA_NODE_ASSERT_SEC: '120' } },
    }),
  })
  const nodes = l2.nodes.map(({ name, url, account }) => ({ name, url, account }))
  return {
    result: { network: l2.publicDescription, chainId: l2.network.rules.chainId, nodes },
    lines: nodes.map(({ name, url, account }) => `${name.padEnd(10)}${url.padEnd(25)}${account}`),
  }
}

/**
 * The services that are named, `all` being each.
 * @throws Cli.Usage for a name that this network does not have
 */
function servicesOf(named: readonly string[], oracles: number): string[] {
  const all = ['issuer', 'store', ...Array.from({ length: oracles }, (_, i) => `oracle-${i + 1}`)]
  const wrong = named.find((name) => name !== 'all' && !all.includes(name))
  if (wrong !== undefined)
    throw new UsageError(
      `this network has no service called ${wrong}`,
      `It has ${all.join(', ')}; all is each of them.`,
    )
  return all.filter((name) => named.includes('all') || named.includes(name))
}

/** Starts a service again when a source file of it changes. */
async function watch(
  names: readonly string[],
  { supervisor }: Network,
  signal: AbortSignal,
): Promise<void> {
  if (names.length === 0) return
  const { sourceFolders } = await import('@ambrosia/devnet/services')
  const { watchSources } = await import('@ambrosia/devnet/watchSources')
  for (const name of names) {
    const service = supervisor.get(name)
    const restart = async (file: string): Promise<void> => {
      progress(`${relative(process.cwd(), file)} has changed: ${name} starts again`)
      await service.stop()
      await service.start().then(
        () => progress(`${name} is ready`),
        () =>
          progress(`${name} does not start; read ${service.logFile}, then change the file again`),
      )
    }
    // One restart after the other: a change may come while an earlier one is under way.
    let last = Promise.resolve()
    const onChange = (file: string): void => {
      last = last.then(() => (signal.aborted ? undefined : restart(file)))
    }
    watchSources(sourceFolders(name), onChange, signal)
  }
}

function linesOf(
  { file, home, issuerDid, operators, storeAccount, page }: Network,
  isBuilt: boolean,
): string[] {
  const { services } = file
  const row = (name: string, url: string, who: string): string =>
    `${name.padEnd(10)}${url.padEnd(25)}${who}`.trimEnd()
  return [
    row('chain', file.rpcUrl, `chain id ${file.chainId}`),
    row('issuer', services.issuer, issuerDid),
    row('store', services.store, storeAccount),
    ...services.oracles.map((url, i) => row(`oracle-${i + 1}`, url, operators[i] ?? '')),
    ...(page
      ? [row('page', page.url, isBuilt ? '' : '(being prepared, once; said here when it is ready)')]
      : []),
    row('home', home, '  network.json, logs/'),
    '',
    'Ctrl-C ends it. In another terminal: ./ambrosia deal list',
  ]
}
