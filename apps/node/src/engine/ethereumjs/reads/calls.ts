import { fromHex, type Hex, toHex } from '@ambrosia/primitives/Bytes'
import { type Block, createBlock } from '@ethereumjs/block'
import { createTx, type TypedTransaction } from '@ethereumjs/tx'
import { Account, Address, bigIntToBytes, hexToBytes } from '@ethereumjs/util'
import { createVM, type RunTxResult, runTx, type VM } from '@ethereumjs/vm'
import type {
  AccountOverride,
  BlockOverrides,
  CallRequest,
  StateOverrides,
} from '../../../rpc/CallRequest.ts'
import { CODES, RpcError } from '../../../rpc/RpcError.ts'
import type { StoredBlock } from '../BlockStore.ts'
import type { Chain } from '../Chain.ts'
import { createStateManager } from '../createStateManager.ts'
import { EntryDb } from '../EntryDb.ts'

/** EIP-7825: no transaction may ask for more. */
export const TRANSACTION_GAS = 16_777_216n

/**
 * Where calls are executed: an own VM at a stored state, whose changes are always thrown away. One
 * call at a time.
 */
export type CallRunner = {
  run(options: RunOptions): Promise<RunTxResult>
  /** Readies state, block and transaction of a call, and lets `execute` run it in another way. */
  ready<T>(
    options: RunOptions,
    execute: (vm: VM, block: Block, transaction: TypedTransaction) => Promise<T>,
  ): Promise<T>
  /** Runs something on the state of a block, then throws the changes away. */
  at<T>(stored: StoredBlock, run: (vm: VM, block: Block) => Promise<T>): Promise<T>
}

export type RunOptions = {
  call: CallRequest
  /** Gas limit of the call. */
  gas: bigint
  /** The call runs on top of its state, in a block like it. */
  on: StoredBlock
  state?: StateOverrides
  block?: BlockOverrides
  reportAccessList?: boolean
}

/** A runner of its own for a chain. */
export async function createCallRunner(chain: Chain): Promise<CallRunner> {
  const db = new EntryDb(chain.store)
  const state = await createStateManager(chain.common, db)
  let parentHash: Hex = chain.head().hash
  const headers = {
    getBlock: (number: number) => chain.ancestorsFrom(parentHash)(number),
    putBlock: async () => {},
    shallowCopy: () => headers,
  }
  const vm = await createVM({
    common: chain.common,
    stateManager: state,
    blockchain: headers as never,
  })
  let root: string | undefined
  let last: Promise<unknown> = Promise.resolve()

  const moveTo = async (target: Uint8Array) => {
    db.take()
    const key = toHex(target)
    if (root === key) return
    root = undefined
    state.clearCaches()
    await state.setStateRoot(target, true)
    root = key
  }
  const isolated = async <T>(
    stored: StoredBlock,
    run: (block: Block) => Promise<T>,
  ): Promise<T> => {
    const block = chain.decode(stored.hash)
    parentHash = stored.hash
    await moveTo(block.header.stateRoot)
    await vm.evm.journal.checkpoint()
    try {
      return await run(block)
    } finally {
      await vm.evm.journal.revert()
      await vm.evm.journal.cleanup()
    }
  }
  const at: CallRunner['at'] = (stored, run) => {
    const next = last.then(() => isolated(stored, (block) => run(vm, block)))
    last = next.catch(() => {
      // A failure in the middle leaves caches that nobody can trust.
      root = undefined
    })
    return next
  }
  const ready: CallRunner['ready'] = (options, execute) =>
    at(options.on, async (vm, block) => {
      for (const [address, override] of options.state ?? []) {
        await applyOverride(vm, address, override)
      }
      const transaction = transactionOf(chain, options.call, options.gas)
      return execute(vm, blockOf(chain, block, options), transaction)
    })
  return {
    at,
    ready,
    run: (options) =>
      ready(options, (vm, block, tx) =>
        runTx(vm, {
          tx,
          block,
          skipBalance: true,
          skipNonce: true,
          skipBlockGasLimitValidation: true,
          reportAccessList: options.reportAccessList === true,
        }),
      ),
  }
}

/** A transaction that nobody signed, from whom the call says. */
function transactionOf(chain: Chain, call: CallRequest, gas: bigint): TypedTransaction {
  const { authorizationList, accessList } = call
  const tip = call.gasPrice ?? call.maxPriorityFeePerGas ?? 0n
  const price = call.gasPrice ?? call.maxFeePerGas ?? tip
  const isSet = authorizationList !== undefined
  const transaction = createTx(
    {
      type: isSet ? 4 : 2,
      chainId: chain.common.chainId(),
      nonce: call.nonce ?? 0n,
      gasLimit: gas,
      maxFeePerGas: price,
      maxPriorityFeePerGas: tip,
      ...(call.to !== undefined && { to: call.to }),
      value: call.value,
      data: fromHex(call.data),
      accessList: (accessList ?? []).map(({ address, storageKeys }) => [
        fromHex(address),
        storageKeys.map(fromHex),
      ]),
      ...(isSet && {
        authorizationList: authorizationList.map((item) => [
          minimal(item.chainId),
          fromHex(item.address),
          minimal(item.nonce),
          minimal(item.yParity),
          minimal(item.r),
          minimal(item.s),
        ]),
      }),
    } as never,
    { common: chain.common, freeze: false, allowUnlimitedInitCodeSize: false },
  )
  const from = new Address(fromHex(call.from))
  Object.defineProperty(transaction, 'getSenderAddress', { value: () => from })
  return transaction
}

/**
 * The block that a call sees: like the one that it runs on. Without a price of its own it pays
 * nothing, and BASEFEE is zero.
 */
function blockOf(chain: Chain, block: Block, { call, block: overrides = {} }: RunOptions): Block {
  const { header } = block
  const isFree = call.gasPrice === undefined && call.maxFeePerGas === undefined
  const baseFee = overrides.baseFeePerGas ?? (isFree ? 0n : header.baseFeePerGas)
  return createBlock(
    {
      header: {
        ...header,
        number: overrides.number ?? header.number,
        timestamp: overrides.time ?? header.timestamp,
        gasLimit: overrides.gasLimit ?? header.gasLimit,
        coinbase: overrides.feeRecipient ?? header.coinbase,
        mixHash: overrides.prevRandao ?? header.mixHash,
        baseFeePerGas: baseFee ?? 0n,
        gasUsed: 0n,
      },
    },
    { common: chain.common, freeze: false },
  )
}

async function applyOverride(vm: VM, address: Hex, override: AccountOverride): Promise<void> {
  const { stateManager } = vm
  const target = new Address(fromHex(address))
  const account = (await stateManager.getAccount(target)) ?? new Account()
  if (override.nonce !== undefined) account.nonce = override.nonce
  if (override.balance !== undefined) account.balance = override.balance
  await stateManager.putAccount(target, account)
  if (override.code !== undefined) await stateManager.putCode(target, fromHex(override.code))
  if (override.state !== undefined) await stateManager.clearStorage(target)
  for (const [slot, word] of override.state ?? override.stateDiff ?? []) {
    await stateManager.putStorage(target, hexToBytes(slot), hexToBytes(word))
  }
}

function minimal(value: bigint): Uint8Array {
  return value === 0n ? new Uint8Array() : bigIntToBytes(value)
}

/** What a call that failed is answered with. */
export function failureOf(result: RunTxResult): RpcError | undefined {
  const { exceptionError, returnValue } = result.execResult
  if (exceptionError === undefined) return undefined
  if (exceptionError.error !== 'revert') {
    return new RpcError(CODES.server, describeFailure(exceptionError.error))
  }
  const reason = reasonOf(returnValue)
  const message = reason === undefined ? 'execution reverted' : `execution reverted: ${reason}`
  return new RpcError(CODES.reverted, message, toHex(returnValue))
}

/** go-ethereum's words for the ways in which execution ends. */
const FAILURES: Readonly<Record<string, string>> = {
  'out of gas': 'out of gas',
  'code store out of gas': 'contract creation code storage out of gas',
  'code size to deposit exceeds maximum code size': 'max code size exceeded',
  'stack underflow': 'stack underflow',
  'stack overflow': 'stack limit reached 1024 (1023)',
  'invalid JUMP': 'invalid jump destination',
  // Nearly always it is the instruction of that name.
  'invalid opcode': 'invalid opcode: INVALID',
  'invalid bytecode deployed': 'invalid code: must not begin with 0xef',
  'static state change': 'write protection',
  'value overflow': 'return data out of bounds',
}

export function describeFailure(error: string): string {
  return FAILURES[error] ?? error
}

const ERROR_SELECTOR = '0x08c379a0'
const PANIC_SELECTOR = '0x4e487b71'
const PANICS: Readonly<Record<number, string>> = {
  0: 'generic panic',
  1: 'assert(false)',
  17: 'arithmetic underflow or overflow',
  18: 'division or modulo by zero',
  33: 'enum overflow',
  34: 'invalid encoded storage byte array accessed',
  49: 'out-of-bounds array access; popping on an empty array',
  50: 'out-of-bounds access of an array or bytesN',
  65: 'out of memory',
  81: 'uninitialized function',
}

/** The text of Error(string), or that of Panic(uint256). */
export function reasonOf(data: Uint8Array): string | undefined {
  const selector = toHex(data.subarray(0, 4))
  if (selector === PANIC_SELECTOR && data.length === 36) {
    const code = Number(BigInt(toHex(data.subarray(4))))
    return PANICS[code] ?? `unknown panic code: 0x${code.toString(16)}`
  }
  if (selector !== ERROR_SELECTOR || data.length < 68) return undefined
  const length = BigInt(toHex(data.subarray(36, 68)))
  if (BigInt(toHex(data.subarray(4, 36))) !== 32n || length > BigInt(data.length - 68))
    return undefined
  return new TextDecoder().decode(data.subarray(68, 68 + Number(length)))
}
