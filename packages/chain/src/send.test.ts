import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type AmbrosiaError, hasCode } from '@ambrosia/primitives/Errors'
import { createPublicClient, custom, http, parseEther, zeroAddress } from 'viem'
import { generatePrivateKey, mnemonicToAccount, privateKeyToAccount } from 'viem/accounts'
import { medTokenAbi } from './abi/token/index.generated.ts'
import { decodeRefusal, RevertedError } from './errors.ts'
import { send, sendRaw } from './send.ts'
import { firstAccount as holder } from './testing/marks.ts'
import { startToken } from './testing/startToken.ts'

const mnemonic = 'test test test test test test test test test test test junk'
const one = mnemonicToAccount(mnemonic, { addressIndex: 1 })
const other = mnemonicToAccount(mnemonic, { addressIndex: 2 })

describe('send', () => {
  it('gives the receipt of what it sent', async (t) => {
    const { client, token } = await startToken(t)
    const receipt = await send(client, holder, {
      ...token,
      functionName: 'transfer',
      args: [one.address, 5n],
    })
    assert.equal(receipt.status, 'success')
    const balance = { ...token, functionName: 'balanceOf', args: [one.address] } as const
    assert.equal(await client.readContract(balance), 5n)
  })

  it('throws a refusal with the name and the arguments of the contract, at no cost', async (t) => {
    const { client, token } = await startToken(t)
    const failing = send(client, one, {
      ...token,
      functionName: 'transfer',
      args: [holder.address, 7n],
    })
    await assert.rejects(failing, (error) => {
      assert.ok(error instanceof RevertedError)
      assert.equal(error.code, 'Chain.ERC20InsufficientBalance')
      assert.equal(error.errorName, 'ERC20InsufficientBalance')
      assert.deepEqual(error.args, { sender: one.address, balance: 0n, needed: 7n })
      assert.match(
        error.message,
        /fewer tokens than are needed: sender 0x.*, balance 0 MED, needed 0\.0*7 MED$/,
      )
      return true
    })
    assert.equal(await client.getTransactionCount({ address: one.address }), 0)
  })

  it('refuses a refusal is understood though the ABI of the call does not declare it', async (t) => {
    const { client, token } = await startToken(t)
    const failing = send(client, holder, {
      address: token.address,
      abi: medTokenAbi.filter((item) => item.type === 'function'),
      functionName: 'transfer',
      args: [zeroAddress, 0n],
    })
    await assert.rejects(failing, { code: 'Chain.ERC20InvalidReceiver' })
  })

  it('refuses what is mined and fails, because another came first, says why', async (t) => {
    const { client, token } = await startToken(t)
    const amount = parseEther('60')
    for (const spender of [one, other]) {
      const args = [spender.address, amount] as const
      await send(client, holder, { ...token, functionName: 'approve', args })
    }
    const transferBy = (spender: typeof one) =>
      ({
        ...token,
        functionName: 'transferFrom',
        args: [holder.address, spender.address, amount],
      }) as const
    // The other's transaction comes between the simulation and the block.
    const request = async ({ method, params }: { method: string; params?: unknown }) => {
      if (method === 'eth_sendRawTransaction') await send(client, other, transferBy(other))
      return await client.request({ method, params } as Parameters<typeof client.request>[0])
    }
    const overtaken = createPublicClient({ transport: custom({ request }), pollingInterval: 20 })
    const failing = send(overtaken, one, transferBy(one))
    await assert.rejects(failing, { code: 'Chain.ERC20InsufficientBalance' })
    assert.equal(await client.getTransactionCount({ address: one.address }), 1, 'it was mined')
  })

  it('refuses an account without ether, and a node that does not answer', async (t) => {
    const { client, token } = await startToken(t)
    const poor = privateKeyToAccount(generatePrivateKey())
    const call = { ...token, functionName: 'approve', args: [holder.address, 1n] } as const
    await assert.rejects(send(client, poor, call), { code: 'Chain.InsufficientFunds' })
    const absent = createPublicClient({
      transport: http('http://user:secret@127.0.0.1:1', { retryCount: 0 }),
    })
    await assert.rejects(send(absent, holder, call), (error: AmbrosiaError) => {
      assert.ok(hasCode(error, 'Chain.Unreachable'))
      assert.ok(!`${error.message} ${error.hint}`.includes('secret'))
      return true
    })
  })

  it('refuses a revert without a reason', async (t) => {
    const { client, token } = await startToken(t)
    const failing = sendRaw(client, holder, { to: token.address, data: '0x12345678' })
    await assert.rejects(failing, { code: 'Chain.Reverted' })
  })
})

describe('decodeRefusal', () => {
  it('knows errors of every domain, require and panics', () => {
    const word = (value: number) => value.toString(16).padStart(64, '0')
    const cases: [data: `0x${string}`, name: string, args: object][] = [
      ['0x', 'Reverted', {}],
      ['0x12345678', 'Unknown', { selector: '0x12345678' }],
      [`0x4e487b71${word(17)}`, 'Panic', { reason: 17n }],
      [`0x08c379a0${word(32)}${word(2)}6f6b${'00'.repeat(30)}`, 'Error', { message: 'ok' }],
    ]
    for (const [data, errorName, args] of cases) {
      assert.deepEqual(decodeRefusal(data), { errorName, args }, data)
    }
  })
})
