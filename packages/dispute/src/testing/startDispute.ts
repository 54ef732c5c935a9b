// A ClaimBook on a development chain with the real prover, and a small program, for tests.

import { medTokenAbi } from '@ambrosia/chain/abi/token'
import type { DisputeParameters } from '@ambrosia/chain/deploy/disputeParameters'
import { send } from '@ambrosia/chain/send'
import { defer, type Ending } from '@ambrosia/testing/defer'
import { startChain, type TestChain } from '@ambrosia/testing/startChain'
import type { LocalAccount } from 'viem'
import { mnemonicToAccount } from 'viem/accounts'
import { type Claim, idOf, joinReceipts, signAsRecipient } from '../Claim.ts'
import type { MadeClaim, Seat } from '../ClaimBook.ts'
import { approveBond, write } from '../ClaimBook.ts'
import { deployClaimBook } from '../process/deployClaimBook.ts'
import { type Prover, startProver } from '../process/Prover.ts'

const MNEMONIC = 'test test test test test test test test test test test junk'
const account = (addressIndex: number): LocalAccount =>
  mnemonicToAccount(MNEMONIC, { addressIndex })

const UNIT = 10n ** 18n

/** What tests play by. */
export function testRules(): Omit<DisputeParameters, 'recipients'> {
  return {
    sink: '0x000000000000000000000000000000000000dEaD',
    claimBond: 1000n * UNIT,
    challengeBond: 500n * UNIT,
    reward: 200n * UNIT,
    availabilityPeriod: 3600n,
    window: 86_400n,
    grace: 3600n,
    clock: 3600,
    extension: 600,
    linesPerSecond: 1000,
    stepLimit: 2n ** 40n,
    lineLimit: 2n ** 24n,
    quorum: 2,
  }
}

export type TestDispute = TestChain & {
  prover: Prover
  recipients: readonly LocalAccount[]
  /** A seat at the ClaimBook for the account of this number, with MED. */
  seat(index: number): Seat
  /** Claims with the receipts of two recipients that signed without looking. */
  claim(seat: Seat, content: Claim): Promise<MadeClaim>
  /** Moves time and mines. */
  advance(seconds: number): Promise<void>
}

export async function startDispute(t: Ending): Promise<TestDispute> {
  const prover = startProver()
  defer(t, () => prover.stop())
  const chain = await startChain(t)
  const { client, chainId } = chain.chain
  const deployer = account(0)
  const recipients = [10, 11, 12].map(account)
  const { claimBook, fromBlock } = await deployClaimBook(
    { client, account: deployer },
    {
      prover,
      bondToken: chain.contracts.medToken,
      parameters: { ...testRules(), recipients: recipients.map(({ address }) => address) },
    },
  )
  for (const index of [6, 7, 8]) {
    await send(client, account(1), {
      address: chain.contracts.medToken,
      abi: medTokenAbi,
      functionName: 'transfer',
      args: [account(index).address, 100_000n * UNIT],
    })
  }
  const seat = (index: number): Seat => ({
    chainId,
    claimBook,
    client,
    account: account(index),
    fromBlock,
  })
  let made = 0n
  return {
    ...chain,
    prover,
    recipients,
    seat,
    claim: async (mine, { lines, ...rest }) => {
      // The same content by the same account is one claim, so each has a bound of its own.
      const content = { ...rest, lines: lines + made++ }
      await approveBond(mine, 1000n * UNIT)
      const claimant = mine.account.address
      const receipts = await Promise.all(
        recipients.slice(0, 2).map(async (recipient) => ({
          recipient: recipient.address,
          signature: await signAsRecipient(recipient, { place: mine, claimant, content }),
        })),
      )
      await write(mine, 'makeClaim', [content, joinReceipts(receipts)])
      return { id: idOf(mine, claimant, content), claimant, content }
    },
    advance: async (seconds) => {
      await chain.test.increaseTime({ seconds })
      await chain.test.mine({ blocks: 1 })
    },
  }
}
