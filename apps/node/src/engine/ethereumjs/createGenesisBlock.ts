import type { Genesis } from '@ambrosia/rollup/L2Genesis'
import { type Block, createBlock } from '@ethereumjs/block'
import type { Common } from '@ethereumjs/common'
import type { MerkleStateManager } from '@ethereumjs/statemanager'
import { Account, createAddressFromString, hexToBytes } from '@ethereumjs/util'
import { DEFAULTS, toData, toQuantity } from '../Genesis.ts'

/**
 * Writes the genesis allocation and gives the genesis block, as go-ethereum makes it.
 * @throws Genesis.Malformed
 */
export async function createGenesisBlock(
  genesis: Genesis,
  common: Common,
  state: MerkleStateManager,
): Promise<Block> {
  for (const [address, account] of Object.entries(genesis.alloc)) {
    const target = createAddressFromString(toData(address, 20))
    const balance = toQuantity(account.balance, 0n)
    await state.putAccount(target, new Account(toQuantity(account.nonce, 0n), balance))
    const code = toData(account.code)
    if (code !== '0x') await state.putCode(target, hexToBytes(code))
    for (const [key, value] of Object.entries(account.storage ?? {})) {
      await state.putStorage(target, hexToBytes(toData(key, 32)), hexToBytes(toData(value, 32)))
    }
  }
  const stateRoot = await state.getStateRoot()
  const timestamp = toQuantity(genesis.timestamp, 0n)
  common.setHardforkBy({ blockNumber: 0n, timestamp })
  const isActive = (eip: number) => common.isActivatedEIP(eip)
  const difficulty = toQuantity(genesis.difficulty, DEFAULTS.difficulty)
  return createBlock(
    {
      header: {
        stateRoot,
        timestamp,
        difficulty,
        nonce: toData(genesis.nonce, 8),
        extraData: toData(genesis.extraData),
        gasLimit: toQuantity(genesis.gasLimit, DEFAULTS.gasLimit),
        mixHash: toData(genesis.mixHash, 32),
        coinbase: toData(genesis.coinbase, 20),
        ...(isActive(1559) && {
          baseFeePerGas: toQuantity(genesis.baseFeePerGas, DEFAULTS.baseFeePerGas),
        }),
        ...(isActive(4844) && {
          excessBlobGas: toQuantity(genesis.excessBlobGas, 0n),
          blobGasUsed: toQuantity(genesis.blobGasUsed, 0n),
        }),
      },
      ...(isActive(4895) && { withdrawals: [] }),
    },
    { common },
  )
}
