import { bridgeAbi, committeeAbi } from '@ambrosia/chain/abi/rollup'
import { approve } from '@ambrosia/chain/approve'
import { reach } from '@ambrosia/chain/errors'
import { send } from '@ambrosia/chain/send'
import { type Hex, toHex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { toDecimal } from '@ambrosia/primitives/Units'
import type { LocalAccount, PublicClient, TransactionReceipt } from 'viem'
import { KINDS, WEI_PER_GWEI } from '../InboxEntry.ts'
import type { PublicNetwork } from '../network/L2Network.ts'
import { sealRecipient } from '../SealedPayload.ts'

const ZERO = `0x${'00'.repeat(20)}`

/**
 * Sends gas token from L1 to an account on L2. L1 sees who sends how much, and not to whom.
 * @param amount smallest units, a multiple of a gwei
 * @throws Bridge.AmountRefused, Chain.*
 */
export async function deposit(options: {
  client: PublicClient
  account: LocalAccount
  network: PublicNetwork
  recipient: Hex
  amount: bigint
}): Promise<TransactionReceipt> {
  const { client, account, network, recipient, amount } = options
  const { bridge, committee, gasToken, inbox } = network.contracts
  if (amount <= 0n || amount % WEI_PER_GWEI !== 0n) throw new AmountRefusedError(amount)
  const publicKey = await reach(() =>
    client.readContract({ address: committee, abi: committeeAbi, functionName: 'encryptionKey' }),
  )
  const sender = account.address.toLowerCase() as Hex
  const context = { l1ChainId: network.rules.l1ChainId, inbox, kind: KINDS.deposit, sender }
  const sealed = toHex(await sealRecipient(context, publicKey, recipient))
  const isEther = gasToken === ZERO
  if (!isEther) await approve(client, account, { token: gasToken, spender: bridge, amount })
  return send(client, account, {
    address: bridge,
    abi: bridgeAbi,
    functionName: 'deposit',
    args: [amount, sealed],
    value: isEther ? amount : 0n,
  })
}

export class AmountRefusedError extends AmbrosiaError {
  constructor(amount: bigint) {
    super('Bridge.AmountRefused', `${toDecimal(amount)} MED can't be deposited`, {
      hint: 'Amounts are above zero and have at most 9 decimals.',
    })
  }
}
