import { type HDAccount, mnemonicToAccount } from 'viem/accounts'

/**
 * The mnemonic of every development chain: known to everybody, so nothing of value may ever be held
 * by its accounts.
 */
export const MNEMONIC = 'test test test test test test test test test test test junk'

/** Accounts by what they do in a development network. */
const INDEXES = { deployer: 0, consumer: 1, relayer: 2 } as const

export type DevelopmentAccount = keyof typeof INDEXES

const known = new Map<DevelopmentAccount, HDAccount>()

/** Derived once: the words are stretched 2,048 times (BIP-39). */
export function developmentAccount(name: DevelopmentAccount): HDAccount {
  const account = known.get(name) ?? mnemonicToAccount(MNEMONIC, { addressIndex: INDEXES[name] })
  known.set(name, account)
  return account
}
