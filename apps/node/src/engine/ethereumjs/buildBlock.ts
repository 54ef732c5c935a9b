import type { Attributes } from '@ambrosia/rollup/Derivation'
import { Block, createBlockHeader, genWithdrawalsTrieRoot } from '@ethereumjs/block'
import type { Common } from '@ethereumjs/common'
import { createMPT } from '@ethereumjs/mpt'
import { createTxFromRLP, type TypedTransaction } from '@ethereumjs/tx'
import {
  Address,
  bigIntToBytes,
  createAddressFromString,
  createWithdrawal,
  hexToBytes,
  setLengthLeft,
} from '@ethereumjs/util'
import { runTx, type VM } from '@ethereumjs/vm'

export type Candidate = { index: number; transaction: TypedTransaction }
export type Dropped = { index: number; reason: string }

const BLOB_TYPE = 3

/**
 * Decodes candidates; what does not decode, has no signature of an account, or carries blobs does
 * not stand.
 */
export function decodeCandidates(raw: readonly Uint8Array[], common: Common) {
  const candidates: Candidate[] = []
  const dropped: Dropped[] = []
  for (const [index, bytes] of raw.entries()) {
    try {
      const transaction = createTxFromRLP(bytes, { common, freeze: false })
      if (transaction.type === BLOB_TYPE) throw new Error('the chain has no blobs')
      const problems = transaction.getValidationErrors()
      if (problems.length > 0) throw new Error(problems.join(', '))
      transaction.getSenderAddress()
      candidates.push({ index, transaction })
    } catch (error) {
      dropped.push({ index, reason: shortReason(error) })
    }
  }
  return { candidates, dropped }
}

/** The block of some attributes before it is executed. */
export async function createDraft(
  attributes: Attributes,
  parent: Block,
  transactions: readonly TypedTransaction[],
  common: Common,
): Promise<Block> {
  const withdrawals = attributes.withdrawals.map(({ index, address, amountGwei }) =>
    createWithdrawal({
      index: BigInt(index),
      validatorIndex: 0n,
      address: createAddressFromString(address),
      amount: amountGwei,
    }),
  )
  const header = createBlockHeader(
    {
      parentHash: hexToBytes(attributes.parentHash),
      number: BigInt(attributes.number),
      timestamp: BigInt(attributes.timestamp),
      coinbase: createAddressFromString(attributes.feeRecipient),
      gasLimit: BigInt(attributes.gasLimit),
      mixHash: hexToBytes(attributes.prevRandao),
      extraData: hexToBytes(attributes.extraData),
      baseFeePerGas: parent.header.calcNextBaseFee(),
      excessBlobGas: parent.header.calcNextExcessBlobGas(common),
      blobGasUsed: 0n,
      parentBeaconBlockRoot: hexToBytes(attributes.anchor),
      withdrawalsRoot: await genWithdrawalsTrieRoot(withdrawals, await createMPT({ common })),
    },
    { common },
  )
  const draft = new Block(header, [...transactions], [], withdrawals, { common, freeze: false })
  // ethereumjs copies the fields of the block to fill in its header, and would make every
  // transaction anew for a copy we do not use.
  Object.defineProperty(draft, 'transactions', { enumerable: false })
  return draft
}

/**
 * Which candidates stand at their place: each is executed after those that stand before it, on a
 * state that the caller throws away.
 */
export async function chooseStanding(vm: VM, draft: Block, candidates: readonly Candidate[]) {
  const standing: Candidate[] = []
  const dropped: Dropped[] = []
  let gasUsed = 0n
  await vm.evm.journal.checkpoint()
  await writeAnchors(vm, draft)
  for (const candidate of candidates) {
    const { index, transaction } = candidate
    if (gasUsed + transaction.gasLimit > draft.header.gasLimit) {
      dropped.push({ index, reason: 'its gas limit does not fit into the block' })
      continue
    }
    try {
      const { totalGasSpent } = await runTx(vm, {
        tx: transaction,
        block: draft,
        blockGasUsed: gasUsed,
      })
      gasUsed += totalGasSpent
      standing.push(candidate)
    } catch (error) {
      dropped.push({ index, reason: shortReason(error) })
    }
  }
  await vm.evm.journal.revert()
  return { standing, dropped }
}

/**
 * What ethereumjs writes before the first transaction of a block (EIP-4788, EIP-2935), which
 * transactions can read.
 */
export async function writeAnchors(vm: VM, draft: Block): Promise<void> {
  const { header } = draft
  const { common } = vm
  const write = async (contract: Address, slot: bigint, value: Uint8Array) => {
    if ((await vm.stateManager.getCode(contract)).length === 0) return
    await vm.stateManager.putStorage(contract, setLengthLeft(bigIntToBytes(slot), 32), value)
  }
  const roots = createAddressFromString('0x000F3df6D732807Ef1319fB7B8bB8522d0Beac02')
  const length = common.param('historicalRootsLength')
  const at = header.timestamp % length
  await write(roots, at, bigIntToBytes(header.timestamp))
  await write(roots, at + length, header.parentBeaconBlockRoot as Uint8Array)
  const history = new Address(
    setLengthLeft(bigIntToBytes(common.param('historyStorageAddress')), 20),
  )
  const window = common.param('historyServeWindow')
  await write(history, (header.number - 1n) % window, header.parentHash)
}

/** ethereumjs describes block and transaction in brackets behind what is wrong. */
function shortReason(error: unknown): string {
  return (error as Error).message.split(' (vm ')[0] as string
}
