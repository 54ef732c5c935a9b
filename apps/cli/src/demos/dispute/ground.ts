// A chain with a ClaimBook on it, for the demonstration.

import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { medTokenAbi } from '@ambrosia/chain/abi/token'
import { loadArtifacts } from '@ambrosia/chain/compile/artifacts'
import { DISPUTE_RULES } from '@ambrosia/chain/deploy/disputeParameters'
import { send, sendRaw } from '@ambrosia/chain/send'
import * as Anvil from '@ambrosia/devnet/Anvil'
import { MNEMONIC } from '@ambrosia/devnet/accounts'
import { deployClaimBook } from '@ambrosia/dispute/process/deployClaimBook'
import { startProver } from '@ambrosia/dispute/process/Prover'
import {
  type Address,
  createPublicClient,
  encodeDeployData,
  type HDAccount,
  type Hex,
  http,
  type PublicClient,
} from 'viem'
import { mnemonicToAccount } from 'viem/accounts'
import type { Stage } from '../frame/Stage.ts'

const UNIT = 10n ** 18n
const PLAYER_FUNDS = 10_000n * UNIT
/** Accounts of the development mnemonic. */
export const ACCOUNTS = {
  deployer: 0,
  asserter: 6,
  challenger: 7,
  recipients: [10, 11, 12],
} as const

export type DisputeGround = {
  client: PublicClient
  rpcUrl: string
  chainId: number
  claimBook: Address
  fromBlock: bigint
  recipients: readonly HDAccount[]
  /** Files of this run: what everybody could see, and below `private` what only its owner has. */
  folder: string
}

export function accountAt(addressIndex: number): HDAccount {
  return mnemonicToAccount(MNEMONIC, { addressIndex })
}

/** Starts the chain, deploys, funds the players; all of it ends with the demonstration. */
export async function startDisputeGround<Result>(
  stage: Pick<Stage<Result>, 'home' | 'signal' | 'screen' | 'setUp' | 'defer'>,
): Promise<DisputeGround> {
  const folder = join(stage.home, 'dispute')
  rmSync(folder, { recursive: true, force: true })
  return await stage.setUp(async () => {
    const chain = await Anvil.start({
      port: 0,
      logFile: join(folder, 'chain.log'),
      signal: stage.signal,
    })
    stage.defer(() => chain.stop())
    const client = createPublicClient({
      transport: http(chain.url),
      cacheTime: 0,
      pollingInterval: 50,
    })
    const prover = startProver({ onProgress: (line) => stage.screen.line('', line) })
    stage.defer(() => prover.stop())
    const account = accountAt(ACCOUNTS.deployer)
    const bondToken = await deployToken(client, account)
    for (const index of [ACCOUNTS.asserter, ACCOUNTS.challenger]) {
      await send(client, account, {
        address: bondToken,
        abi: medTokenAbi,
        functionName: 'transfer',
        args: [accountAt(index).address, PLAYER_FUNDS],
      })
    }
    const recipients = ACCOUNTS.recipients.map(accountAt)
    const deployed = await deployClaimBook(
      { client, account },
      {
        prover,
        bondToken,
        parameters: {
          ...DISPUTE_RULES,
          quorum: 2,
          recipients: recipients.map(({ address }) => address),
        },
      },
    )
    return { ...deployed, client, rpcUrl: chain.url, chainId: Anvil.CHAIN_ID, recipients, folder }
  })
}

async function deployToken(client: PublicClient, account: HDAccount): Promise<Address> {
  const { medToken } = await loadArtifacts({ domains: ['token'] })
  const data = encodeDeployData({
    abi: medTokenAbi,
    bytecode: medToken?.bytecode as Hex,
    args: [account.address, 10n * PLAYER_FUNDS],
  })
  return (await sendRaw(client, account, { data })).contractAddress as Address
}
