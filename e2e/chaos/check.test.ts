import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { startNetwork } from '@ambrosia/testing/startNetwork'
import { useFolder } from '@ambrosia/testing/useFolder'
import { openTestDeal, prepareGround } from '../support/offering.ts'
import { storeOf } from '../support/storeOf.ts'
import { checkLedger } from './check.ts'
import { endDeal } from './endDeal.ts'
import type { Ledger, Sale } from './Ledger.ts'
import { ledgerOf } from './prepareStage.ts'
import { sellUntilDone } from './sellUntilDone.ts'

describe('checkLedger', () => {
  it('finds a sale whole, and each thing that is amiss with it', async (t) => {
    const network = await startNetwork(t, { blocksByClock: true })
    const folder = useFolder(t)
    const ground = await prepareGround(network, storeOf(network))
    const deal = await openTestDeal(ground, { maximumRecords: 2 })
    const log = (line: string) => t.diagnostic(line)
    const sale: Sale = { seed: 7, provider: '', state: 'under-way', tries: 0, refusals: [] }
    const selling = { ground, deal, folder, mayTry: () => true, confirmations: 1, log }
    await sellUntilDone(selling, sale.seed, sale)
    const ledger: Ledger = { ...ledgerOf(ground, deal), sales: [sale] }
    const faultsOf = async (sales: Sale[], other: Partial<Ledger> = {}) =>
      (await checkLedger({ ...ledger, ...other, sales })).faults.join('; ')

    assert.match(await faultsOf([sale]), /budget \d+ is not/, 'half of the budget is not back yet')
    await endDeal(ground, deal)
    const verdict = await checkLedger(ledger)
    assert.deepEqual(verdict.faults, [])
    assert.deepEqual([verdict.settled, verdict.delivered, verdict.givenUp], [1, 1, 0])

    assert.match(await faultsOf([]), /sold by nobody that we know/)
    assert.match(await faultsOf([{ ...sale, state: 'given-up' }]), /given up, and settled/)
    assert.match(await faultsOf([{ ...sale, state: 'settled' }]), /paid and never delivered/)
    const stranger = { ...sale, seed: 8, provider: `0x${'12'.repeat(20)}` }
    assert.match(await faultsOf([sale, stranger]), /sale 8 is delivered and settled 0 times/)
    const lower = { ...ledger.deal, commissionCapBps: 1 }
    assert.match(await faultsOf([sale], { deal: lower }), /sale 7: \d+ paid for \d+/)
    assert.match(await faultsOf([sale], { deal: lower }), /is held for shares of/)
    const richer = { ...ledger.deal, budget: String(deal.budget + 1n) }
    assert.match(await faultsOf([sale], { deal: richer }), /budget \d+ is not/)

    const bundle = readFileSync(sale.bundleFile as string, 'utf8')
    const bundleFile = join(folder, 'changed.json')
    writeFileSync(bundleFile, bundle.replace('"final"', '"amended"'))
    assert.match(await faultsOf([{ ...sale, bundleFile }]), /resource \d+ was not signed/)
    writeFileSync(bundleFile, '{}')
    assert.match(await faultsOf([{ ...sale, bundleFile }]), /0 resources for \d+ salts/)
  })
})
