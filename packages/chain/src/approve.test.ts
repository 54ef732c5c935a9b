import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { mnemonicToAccount } from 'viem/accounts'
import { approve } from './approve.ts'
import { firstAccount as holder } from './testing/marks.ts'
import { startToken } from './testing/startToken.ts'

const mnemonic = 'test test test test test test test test test test test junk'
const spender = mnemonicToAccount(mnemonic, { addressIndex: 1 }).address

describe('approve', () => {
  it('lets a spender take an amount, and sends nothing where it may already', async (t) => {
    const { client, token } = await startToken(t)
    const allowed = () =>
      client.readContract({ ...token, functionName: 'allowance', args: [holder.address, spender] })
    const sent = () => client.getTransactionCount({ address: holder.address })
    await approve(client, holder, { token: token.address, spender, amount: 7n })
    assert.equal(await allowed(), 7n)
    const before = await sent()
    await approve(client, holder, { token: token.address, spender, amount: 5n })
    assert.equal(await sent(), before)
    assert.equal(await allowed(), 7n)
    await approve(client, holder, { token: token.address, spender, amount: 8n })
    assert.equal(await allowed(), 8n)
  })
})
