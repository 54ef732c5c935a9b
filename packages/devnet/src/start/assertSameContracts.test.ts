import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import { createTestClient, http } from 'viem'
import * as Anvil from '../Anvil.ts'
import { assertSameContracts } from './assertSameContracts.ts'
import { deployContracts } from './deployContracts.ts'

it('refuses to go on with contracts of another version, and names them', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'ambrosia-contracts-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const anvil = await Anvil.start({ port: 0, logFile: join(folder, 'anvil.log') })
  t.after(() => anvil.stop())
  const { contracts } = await deployContracts(anvil.url)
  await assertSameContracts(anvil.url, contracts)
  const chain = createTestClient({ mode: 'anvil', transport: http(anvil.url) })
  await chain.setCode({ address: contracts.dealBook, bytecode: '0x6000' })
  await assert.rejects(assertSameContracts(anvil.url, contracts), {
    code: 'Home.OtherContracts',
    message: /another version of Ambrosia; what differs: dealBook$/,
  })
})
