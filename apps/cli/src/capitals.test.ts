import assert from 'node:assert/strict'
import { it } from 'node:test'
import { InvalidArgumentError } from 'commander'
import { hasRightCapitals } from './capitals.ts'
import { address } from './options.ts'

// The first two are examples of ERC-55.
const ACCOUNTS = [
  '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed',
  '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359',
  '0x0000000000000000000000000000000000000001',
]

it('an account counts in its own capitals, in small letters and in capitals alone', () => {
  for (const account of ACCOUNTS) {
    const { length } = account
    const capitals = `0x${account.slice(2, length).toUpperCase()}`
    for (const form of [account, account.toLowerCase(), capitals]) {
      assert.equal(hasRightCapitals(form), true, form)
      assert.equal(address(form), account)
    }
  }
})

it('one wrong digit or letter is refused as a wrong use', () => {
  for (const wrong of [
    '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAee',
    '0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed',
  ]) {
    assert.equal(hasRightCapitals(wrong), false)
    assert.throws(() => address(wrong), InvalidArgumentError)
  }
})
