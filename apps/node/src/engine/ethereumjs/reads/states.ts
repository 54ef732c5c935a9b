import { fromHex, type Hex, toHex } from '@ambrosia/primitives/Bytes'
import type { MerkleStateManager } from '@ethereumjs/statemanager'
import { type Account, Address } from '@ethereumjs/util'
import { decodeHeader } from '../../Header.ts'
import type { StoredBlock } from '../BlockStore.ts'
import type { Chain } from '../Chain.ts'
import { createStateManager } from '../createStateManager.ts'
import { EntryDb } from '../EntryDb.ts'

/** States kept open. */
const OPEN_COUNT = 8

/** One state, for reading. */
export type State = {
  getAccount(address: Hex): Promise<Account | undefined>
  getCode(address: Hex): Promise<Uint8Array>
  getStorage(address: Hex, slot: Hex): Promise<Uint8Array>
}

export type States = { at(block: StoredBlock): Promise<State> }

/** States of stored blocks; the newest ones stay open. */
export function createStates(chain: Chain): States {
  const open = new Map<string, Promise<State>>()
  return {
    at(block) {
      const root = decodeHeader(block.header).stateRoot
      const known = open.get(root)
      if (known !== undefined) return known
      const state = openState(chain, root)
      open.set(root, state)
      if (open.size > OPEN_COUNT) open.delete(open.keys().next().value as string)
      return state
    },
  }
}

async function openState(chain: Chain, root: Hex): Promise<State> {
  const manager: MerkleStateManager = await createStateManager(
    chain.common,
    new EntryDb(chain.store),
  )
  await manager.setStateRoot(fromHex(root))
  const at = (address: Hex) => new Address(fromHex(address))
  return {
    getAccount: (address) => manager.getAccount(at(address)),
    getCode: (address) => manager.getCode(at(address)),
    getStorage: (address, slot) => manager.getStorage(at(address), fromHex(slot)),
  }
}

/** A word of storage as JSON-RPC writes it: 32 bytes. */
export function toWord(value: Uint8Array): Hex {
  return `0x${toHex(value).slice(2).padStart(64, '0')}`
}
