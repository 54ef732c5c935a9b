import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Artifacts } from '@ambrosia/chain/Artifact'
import { medTokenAbi } from '@ambrosia/chain/abi/token'
import { loadArtifacts } from '@ambrosia/chain/compile/artifacts'
import { execute } from '@ambrosia/chain/deploy/execute'
import { findFactory } from '@ambrosia/chain/deploy/Factory'
import { planRollup } from '@ambrosia/chain/deploy/rollup'
import type { Context } from '@ambrosia/chain/deploy/Step'
import { verifierArtifacts } from '@ambrosia/dispute/process/deployClaimBook'
import { startProver } from '@ambrosia/dispute/process/Prover'
import { fromHex, type Hex } from '@ambrosia/primitives/Bytes'
import type { L2Network } from '@ambrosia/rollup/network/L2Network'
import { type NetworkChoices, planNetwork } from '@ambrosia/rollup/network/planNetwork'
import * as Keystore from '@ambrosia/service/Keystore'
import { defer, type Ending } from '@ambrosia/testing/defer'
import { freePorts } from '@ambrosia/testing/freePorts'
import { contractsSnapshot, startFrom, type TestChain } from '@ambrosia/testing/startChain'
import { useFolder } from '@ambrosia/testing/useFolder'
import { createPublicClient, createWalletClient, http, keccak256, parseEther, toHex } from 'viem'
import { mnemonicToAccount, privateKeyToAccount } from 'viem/accounts'
import type { Role } from '../config.ts'
import { hashGenesis } from '../engine/hashGenesis.ts'
import { startNode } from '../start.ts'

/** A network on an L1 of its own, whose nodes are started by the test. */
export type TestRollup = {
  l1: TestChain
  network: L2Network
  /** Starts the node of a member; again after it was stopped. */
  start(index: number, roles: readonly Role[], env?: Record<string, string>): Promise<TestNode>
  members: readonly Hex[]
  /** Settings of a member's node, for one that is started as a process; its key is in `data`. */
  settings(index: number, roles: readonly Role[], data: string): Promise<Record<string, string>>
  /** Takes a stopped member's data away, but for its key. */
  forget(index: number): void
}

export type TestNode = { url: string; close(): Promise<void>; account: Hex }

const MEMBERS = 3
/** Of every development chain: known to everybody. */
const MNEMONIC = 'test test test test test test test test test test test junk'
const DEPLOYER = mnemonicToAccount(MNEMONIC, { addressIndex: 0 })
/** Holds all MED. */
export const CONSUMER = mnemonicToAccount(MNEMONIC, { addressIndex: 1 })

/** Keys of members in tests. */
function keyOf(index: number): Hex {
  return keccak256(toHex(`test member ${index}`))
}

export async function startRollup(
  t: Ending,
  choices: Partial<NetworkChoices> = {},
): Promise<TestRollup> {
  const l1 = await startFrom(t, await contractsSnapshot())
  const client = createPublicClient({ transport: http(l1.url), cacheTime: 0, pollingInterval: 20 })
  const account = DEPLOYER
  const deployer = account.address
  const artifacts = choices.dispute
    ? await withVerifiers(t)
    : await loadArtifacts({ domains: ['deploy', 'rollup'] })
  const { address: factory } = await findFactory(client, { deployer, artifacts })
  const context: Context = { artifacts, deployer, factory, salt: keccak256(toHex('ambrosia')) }
  const { accessManager, medToken } = l1.contracts
  const rollup = planRollup(context, { accessManager })
  await execute({ client, account, steps: rollup.steps })
  const accounts = Array.from({ length: MEMBERS }, (_, i) => privateKeyToAccount(keyOf(i)))
  const members = accounts.map(({ address }) => address.toLowerCase() as Hex)
  const { network, steps } = await planNetwork(client, context, {
    networkFactory: rollup.contracts.networkFactory,
    hashGenesis,
    choices: { ...choicesOf(members, deployer, medToken), ...choices },
  })
  await execute({ client, account, steps })
  const consumer = createWalletClient({
    account: CONSUMER,
    transport: http(l1.url),
  })
  for (const member of members) {
    await l1.test.setBalance({ address: member, value: parseEther('1000') })
    const hash = await consumer.writeContract({
      chain: null,
      address: medToken,
      abi: medTokenAbi,
      functionName: 'transfer',
      args: [member, parseEther('1000')],
    })
    await client.waitForTransactionReceipt({ hash })
  }
  await l1.test.setIntervalMining({ interval: 1 })
  const folder = useFolder(t)
  const description = join(folder, 'network.json')
  writeFileSync(description, JSON.stringify(network))
  const ports = await freePorts(members.length)
  const peers = join(folder, 'peers.json')
  writeFileSync(
    peers,
    JSON.stringify(
      members.map((member, i) => ({ account: member, host: '127.0.0.1', port: ports[i] })),
    ),
  )
  const settingsOf = (index: number, roles: readonly Role[], data: string) => ({
    AMBROSIA_HOME: folder,
    AMBROSIA_DATA: data,
    AMBROSIA_RPC_URL: l1.url,
    AMBROSIA_PORT: '0',
    AMBROSIA_LOG_LEVEL: process.env['TEST_LOG_LEVEL'] ?? 'fatal',
    AMBROSIA_NODE_NETWORK: description,
    AMBROSIA_NODE_ROLES: roles.join(','),
    AMBROSIA_NODE_PEERS: peers,
    AMBROSIA_NODE_PEER_PORT: String(ports[index]),
    AMBROSIA_NODE_POLL_MS: '50',
    AMBROSIA_NODE_BLOCK_MS: '50',
  })
  return {
    l1,
    network,
    members,
    async settings(index, roles, data) {
      await keepAccount(folder, data, keyOf(index))
      return settingsOf(index, roles, data)
    },
    forget(index) {
      const data = join(folder, `node-${index}`)
      for (const name of readdirSync(data)) {
        if (name !== 'keystore.json') rmSync(join(data, name), { recursive: true })
      }
    },
    async start(index, roles, env = {}) {
      const data = join(folder, `node-${index}`)
      await keepAccount(folder, data, keyOf(index))
      const controller = new AbortController()
      const settings = { ...settingsOf(index, roles, data), ...env }
      const running = await startNode({ env: settings, signal: controller.signal })
      let isOpen = true
      const close = async () => {
        if (!isOpen) return
        isOpen = false
        await running.close()
      }
      defer(t, close)
      return { url: running.url, close, account: members[index] as Hex }
    },
  }
}

async function withVerifiers(t: Ending): Promise<Artifacts> {
  const prover = startProver()
  defer(t, () => prover.stop())
  const verifiers = await verifierArtifacts(prover, 'development')
  return { ...(await loadArtifacts({ domains: ['deploy', 'rollup', 'dispute'] })), ...verifiers }
}

/** Quick: a batch every second, and no wait that a test would sit out. */
function choicesOf(members: readonly Hex[], governor: Hex, medToken: Hex): NetworkChoices {
  return {
    chainId: 777_001,
    members,
    threshold: 2,
    sequencer: members[0] as Hex,
    governor,
    gasToken: medToken,
    bondToken: medToken,
    bond: 10n ** 18n,
    cadenceSec: 1,
    inclusionDelaySec: 60,
    periodSec: 3600,
    gasLimit: 30_000_000,
    feeRecipient: `0x${'fe'.repeat(20)}`,
    maximumDriftSec: 600,
    recordGas: 1_000_000_000,
    maximumBatches: 100,
  }
}

async function keepAccount(home: string, data: string, key: Hex): Promise<void> {
  mkdirSync(data, { recursive: true })
  const password = Keystore.developmentPassword(home)
  const path = join(data, 'keystore.json')
  const keystore = await Keystore.open({ path, password, hasRandomPassword: true })
  keystore.getOrCreate('account', () => fromHex(key))
}
