import { type Command, Option } from 'commander'
import { repeated, wholeNumber } from '../../options.ts'
import { runNode } from './runNode.ts'

type Options = {
  role: string[]
  network: string
  rpc: string
  peers?: string
  data?: string
  port: number
  peerHost: string
  peerPort: number
  engine: string
}

/** `ambrosia node run`. */
export function define(verb: Command): void {
  const port = wholeNumber(0, 65535)
  verb
    .option(
      '--role <name>',
      'full, sequencer, batcher, asserter, watcher or aggregator; repeatable',
      repeated,
      [],
    )
    .requiredOption('--network <file>', 'description of the network, as its creator wrote it')
    .requiredOption('--rpc <url>', 'node of L1')
    .option('--peers <file>', 'the other members: [{"account", "host", "port"}]')
    .option('--data <folder>', 'where it keeps its key and its chain')
    .option('--port <port>', 'JSON-RPC on the loopback interface', port, 8600)
    .option('--peer-host <host>', 'where members reach it', '127.0.0.1')
    .option('--peer-port <port>', 'where members reach it', port, 0)
    .addOption(
      new Option('--engine <name>', 'what executes blocks')
        .choices(['ethereumjs', 'geth'])
        .default('ethereumjs'),
    )
    .addHelpText(
      'after',
      `
Every node follows the chain; roles come on top. It runs until Ctrl-C; killed at any moment, it goes on where it was.

Example:
  ambrosia node run --network l2/network.json --peers l2/peers.json --rpc http://127.0.0.1:8545 \\
    --role sequencer --role batcher --data node-1`,
    )
    .action((options: Options) =>
      runNode('main', [], {
        AMBROSIA_NODE_ROLES: options.role.length === 0 ? 'full' : options.role.join(','),
        AMBROSIA_NODE_NETWORK: options.network,
        AMBROSIA_RPC_URL: options.rpc,
        AMBROSIA_NODE_PEERS: options.peers,
        AMBROSIA_DATA: options.data,
        AMBROSIA_PORT: String(options.port),
        AMBROSIA_NODE_PEER_HOST: options.peerHost,
        AMBROSIA_NODE_PEER_PORT: String(options.peerPort),
        AMBROSIA_NODE_ENGINE: options.engine,
      }),
    )
}
