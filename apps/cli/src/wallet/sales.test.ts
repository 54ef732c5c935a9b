import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { useFolder } from '@ambrosia/testing/useFolder'
import { loadSales, type SignedSale, saveSale } from './sales.ts'
import { openWallet } from './Wallet.ts'

const MARK = 'Zzyzxmarker'

function saleOf(byte: string, signedAt: string): SignedSale {
  return {
    version: 1,
    name: 'alice',
    dealId: `0x${'1'.repeat(64)}`,
    account: `0x${'2'.repeat(40)}`,
    consentHash: `0x${byte.repeat(32)}`,
    signedAt,
    consumer: MARK,
    title: 'Research',
    issuer: 'did:example:issuer',
    permission: ['I let it be checked.'],
    consent: [`I allow ${MARK} to use it.`],
  }
}

describe('sales of a wallet', () => {
  it('come back as they were signed, oldest first, and tell nobody else', async (t) => {
    const home = useFolder(t)
    const place = { home, wallet: await openWallet(home) }
    assert.deepEqual(await loadSales(place), [])
    const [late, early] = [
      saleOf('aa', '2026-05-02T00:00:00Z'),
      saleOf('bb', '2026-05-01T00:00:00Z'),
    ]
    await saveSale(place, late)
    await saveSale(place, early)
    assert.deepEqual(await loadSales(place), [early, late])
    const folder = join(home, 'wallet', 'sales')
    for (const file of readdirSync(folder)) {
      assert.equal(statSync(join(folder, file)).mode & 0o777, 0o600)
      assert.ok(!readFileSync(join(folder, file), 'latin1').includes(MARK))
    }
  })

  it('are refused where a file was changed or put under another name', async (t) => {
    const home = useFolder(t)
    const place = { home, wallet: await openWallet(home) }
    const sale = saleOf('aa', '2026-05-02T00:00:00Z')
    await saveSale(place, sale)
    const folder = join(home, 'wallet', 'sales')
    const file = join(folder, `${sale.consentHash}.sealed`)
    const bytes = readFileSync(file)
    writeFileSync(join(folder, `0x${'cc'.repeat(32)}.sealed`), bytes)
    await assert.rejects(loadSales(place), { code: 'Seal.Tampered' })
  })
})
