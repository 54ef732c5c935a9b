import type { AddressInfo } from 'node:net'
import * as ChainCursor from '@ambrosia/service/ChainCursor'
import * as Config from '@ambrosia/service/Config'
import { startJobs } from '@ambrosia/service/jobs'
import * as Metrics from '@ambrosia/service/Metrics'
import type { Running } from '@ambrosia/service/runService'
import * as Server from '@ambrosia/service/Server'
import { settings } from './config.ts'
import { createJobs } from './jobs/createJobs.ts'
import { followL1 } from './l1/followL1.ts'
import { reconcile } from './l2/reconcile.ts'
import type { Node } from './Node.ts'
import { type Opened, openNode } from './openNode.ts'
import { createHandler } from './peers/createHandler.ts'
import { createPeerServer } from './peers/tls.ts'
import { announce } from './rpc/announce.ts'
import { createReader } from './rpc/createReader.ts'
import { createRpcServer, type RpcServer } from './rpc/serveRpc.ts'
import { statusOf } from './statusOf.ts'

const LOOPBACK = '127.0.0.1'

/** Starts a node: its chain, its peers, its JSON-RPC, and what its roles do. */
export async function startNode(context: {
  env: Config.Environment
  signal: AbortSignal
}): Promise<Running & { peerPort: number }> {
  const config = Config.read(settings, context.env)
  const opened = await openNode(config)
  const { node } = opened
  const controller = new AbortController()
  const signal = AbortSignal.any([context.signal, controller.signal])
  const peerServer = await listenToPeers(opened, config)
  const rpc = await serveReads(node, config)
  const ended = announce(node, rpc, signal)
  const jobs = startJobs(
    [
      {
        name: 'l1',
        everyMs: config.pollMs,
        run: (jobSignal) =>
          followL1({
            client: node.client,
            network: node.network,
            log: node.l1,
            cursor: ChainCursor.createStore(node.database, 'l1'),
            finality:
              config.confirmations === 'finalized'
                ? { kind: 'finalized' }
                : { kind: 'blocks', count: config.confirmations },
            pollMs: config.pollMs,
            signal: jobSignal,
            logger: node.log,
            onChange: async () => {
              await reconcile(node)
            },
          }),
      },
      ...createJobs(node, config),
    ],
    { log: node.log },
  )
  const { port } = rpc.server.address() as AddressInfo
  const url = `http://${LOOPBACK}:${port}`
  node.log.info({ url }, 'listening')
  return {
    url,
    peerPort: (peerServer.address() as AddressInfo).port,
    close: async () => {
      controller.abort()
      // Whoever waits for a block finds that there is none.
      node.moved.give()
      await jobs.stop()
      await ended
      await rpc.close()
      await new Promise<void>((resolve) => {
        peerServer.close(() => resolve())
        peerServer.closeAllConnections()
      })
      await opened.close()
    },
  }
}

async function listenToPeers({ node, identity }: Opened, config: Config.ConfigOf<typeof settings>) {
  const { rules, contracts } = node.network
  const server = createPeerServer({
    identity,
    domain: { l1ChainId: rules.l1ChainId, committee: contracts.committee },
    admit: async (account) => (await node.committee()).members.includes(account),
    nowSec: node.nowSec,
    handler: createHandler(node, (raw) => node.pool.add(raw)),
  })
  await listen(server, config.peerHost, config.peerPort)
  return server
}

async function serveReads(
  node: Node,
  config: Config.ConfigOf<typeof settings>,
): Promise<RpcServer> {
  const app = await Server.create({
    name: 'node',
    description: 'A node of a network of providers.',
    log: node.log,
    metrics: Metrics.create({ service: 'node' }),
    checks: { chain: () => node.client.getBlockNumber(), engine: () => node.chain.engine.head() },
  })
  await app.ready()
  const reader = createReader({
    engine: node.chain.engine,
    chainId: node.network.rules.chainId,
    pool: node.pool,
    submit: (raw) => node.pool.add(raw),
    version: `ambrosia/${node.chain.engine.name}`,
    extra: { ambrosia_status: () => statusOf(node, config.roles) },
  })
  const rpc = createRpcServer({
    fallback: (request, response) => app.routing(request, response),
    reader,
    pool: node.pool,
    headNumber: async () => (await node.chain.engine.head()).number,
    logger: node.log,
  })
  await listen(rpc.server, LOOPBACK, config.port)
  return rpc
}

async function listen(
  server: { listen: RpcServer['server']['listen'] } & NodeJS.EventEmitter,
  host: string,
  port: number,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: Error & { code?: string }) => {
      reject(error.code === 'EADDRINUSE' ? new Server.PortTakenError({ host, port }) : error)
    })
    server.listen(port, host, () => resolve())
  })
}
