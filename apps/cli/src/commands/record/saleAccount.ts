import type { Hex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { type Address, isAddressEqual, type LocalAccount } from 'viem'
import type { Wallet } from '../../wallet/Wallet.ts'

/**
 * The name of a provider's account for one deal: a fresh one each, so that no two sales are linked
 * by it.
 */
export function saleAccountName(recordName: string, dealId: string): string {
  return `${recordName}.${dealId.slice(2, 14)}`
}

/**
 * The account of a sale that the wallet made: of the record of that name, or the one that has that
 * address.
 * @throws Wallet.NoAccount, Record.OfOthers
 */
export function saleAccountOf(
  wallet: Wallet,
  sale: { dealId: Hex; provider: Address },
  recordName?: string,
): LocalAccount {
  if (recordName !== undefined) return wallet.existing(saleAccountName(recordName, sale.dealId))
  const suffix = saleAccountName('', sale.dealId)
  for (const key of wallet.names()) {
    if (!key.startsWith('account.') || !key.endsWith(suffix)) continue
    const account = wallet.existing(key.slice('account.'.length))
    if (isAddressEqual(account.address, sale.provider)) return account
  }
  throw new NotOursError(sale.provider)
}

export class NotOursError extends AmbrosiaError {
  constructor(provider: Address) {
    super('Record.OfOthers', `this wallet has no key of ${provider}, which sold the record`, {
      hint: 'See ambrosia record sales, and check AMBROSIA_HOME: a sale belongs to the wallet that signed it.',
    })
  }
}
