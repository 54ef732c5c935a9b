import {
  type Abi,
  type Account,
  type Address,
  type Client,
  type ContractFunctionArgs,
  type ContractFunctionName,
  type ContractFunctionParameters,
  type EncodeFunctionDataParameters,
  encodeFunctionData,
  type Hex,
  type TransactionReceipt,
} from 'viem'
import {
  estimateGas,
  call as ethCall,
  sendTransaction,
  waitForTransactionReceipt,
} from 'viem/actions'
import { RevertedError, reach, TransactionFailedError, toChainError } from './errors.ts'

/** Functions that write. */
type Writing = 'nonpayable' | 'payable'

/** A call of a contract, its arguments typed by the ABI. */
export type Call<
  abi extends Abi | readonly unknown[],
  functionName extends ContractFunctionName<abi, Writing>,
  args extends ContractFunctionArgs<abi, Writing, functionName> = ContractFunctionArgs<
    abi,
    Writing,
    functionName
  >,
> = ContractFunctionParameters<abi, Writing, functionName, args> & {
  /** Wei sent along. */
  value?: bigint | undefined
}

/** A call as bytes. */
export type RawCall = {
  /** Absent where the transaction creates a contract. */
  to?: Address | undefined
  data: Hex
  value?: bigint | undefined
  /**
   * Allowed above what the node estimates: for calls that cost more in a later second than in the
   * one that the estimate was made for.
   */
  spareGas?: bigint | undefined
}

/**
 * Simulates a call, sends it and waits for its receipt.
 * @throws Chain.<name of the contract's error>, Chain.TransactionFailed, Chain.InsufficientFunds,
 * Chain.Unreachable
 */
export async function send<
  const abi extends Abi | readonly unknown[],
  functionName extends ContractFunctionName<abi, Writing>,
  const args extends ContractFunctionArgs<abi, Writing, functionName>,
>(
  client: Client,
  account: Account,
  call: Call<abi, functionName, args>,
): Promise<TransactionReceipt> {
  // The types that viem gives the parts of a call and the whole of it do not meet inside a generic
  // function.
  const data = encodeFunctionData(call as EncodeFunctionDataParameters)
  return await sendRaw(client, account, { to: call.address, data, value: call.value })
}

/** `send` for a call that is encoded already. @throws as `send` */
export async function sendRaw(
  client: Client,
  account: Account,
  { to, data, value = 0n, spareGas }: RawCall,
): Promise<TransactionReceipt> {
  const call = { account, to, data, value }
  const receipt = await reach(async () => {
    await ethCall(client, call)
    const gas = spareGas && (await estimateGas(client, call)) + spareGas
    const hash = await sendTransaction(client, { ...call, gas, chain: null })
    return await waitForTransactionReceipt(client, { hash })
  })
  if (receipt.status === 'success') return receipt
  throw await reasonOf(client, account, { to, data, value }, receipt)
}

/**
 * Why a mined transaction failed though its simulation did not: the chain had moved on between the
 * two.
 */
async function reasonOf(
  client: Client,
  account: Account,
  call: RawCall,
  { blockNumber, transactionHash }: TransactionReceipt,
): Promise<Error> {
  try {
    await ethCall(client, { account, ...call, blockNumber })
  } catch (error) {
    const reason = toChainError(error)
    if (reason instanceof RevertedError) return reason
  }
  return new TransactionFailedError(transactionHash)
}
