import assert from 'node:assert/strict'
import { it } from 'node:test'
import { useFolder } from '@ambrosia/testing/useFolder'
import { hash, newAccount } from '@ambrosia/testing/values'
import { openWallet } from '../../wallet/Wallet.ts'
import { saleAccountName, saleAccountOf } from './saleAccount.ts'

it('the account of a sale is found by its address, and one of another wallet is refused', async (t) => {
  const wallet = await openWallet(useFolder(t))
  const [dealId, other] = [hash('deal'), hash('another deal')]
  const { address: provider } = wallet.account(saleAccountName('alice', dealId))
  wallet.account(saleAccountName('bob', dealId))
  assert.equal(saleAccountOf(wallet, { dealId, provider }).address, provider)
  assert.equal(saleAccountOf(wallet, { dealId, provider }, 'alice').address, provider)
  assert.throws(() => saleAccountOf(wallet, { dealId: other, provider }), {
    code: 'Record.OfOthers',
  })
  assert.throws(() => saleAccountOf(wallet, { dealId, provider: newAccount().address }), {
    code: 'Record.OfOthers',
  })
  assert.throws(() => saleAccountOf(wallet, { dealId: other, provider }, 'alice'), {
    code: 'Wallet.NoAccount',
  })
  assert.throws(() => wallet.existing('alice'), {
    code: 'Wallet.NoAccount',
    hint: new RegExp(saleAccountName('alice', dealId).replace('.', '\\.')),
  })
})
