import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, describe, it } from 'node:test'
import { fromUtf8, random } from '@ambrosia/primitives/Bytes'
import * as Seal from '@ambrosia/sealing/Seal'
import { endOfSuite } from '@ambrosia/testing/defer'
import { useFolder } from '@ambrosia/testing/useFolder'
import { lastJson, startCli } from '../testing/runCli.ts'
import { createBackup, restoreBackup } from './backup.ts'
import { loadSales, type SignedSale, saveSale } from './sales.ts'
import { openWallet } from './Wallet.ts'

const PASSWORD = 'correct horse battery'
const MARK = 'zzyzxmarker'

const SALE: SignedSale = {
  version: 1,
  name: MARK,
  dealId: `0x${'1'.repeat(64)}`,
  account: `0x${'2'.repeat(40)}`,
  consentHash: `0x${'ab'.repeat(32)}`,
  signedAt: '2026-05-02T00:00:00Z',
  consumer: MARK,
  title: 'Research',
  issuer: 'did:example:issuer',
  permission: ['I let it be checked.'],
  consent: ['I allow it to be used.'],
}

async function fillWallet(home: string): Promise<string> {
  const wallet = await openWallet(home)
  const { address } = wallet.account(MARK)
  wallet.holderKey(MARK)
  await saveSale({ home, wallet }, SALE)
  return address
}

/** Every file below a folder with its bytes, so that a refusal can be shown to change nothing. */
function stateOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .sort()
    .map((path) => `${path} ${readFileSync(path, 'base64')}`)
}

describe('a backup of a wallet', () => {
  const suite = endOfSuite()
  let home: string
  let address: string
  let bytes: Uint8Array
  before(async () => {
    home = useFolder(suite)
    address = await fillWallet(home)
    bytes = (await createBackup(home, PASSWORD)).bytes
  })

  it('opens in another home with the same keys and sales, under that home’s password', async (t) => {
    const other = useFolder(t)
    const { counts, replaced } = await restoreBackup(other, {
      bytes,
      password: PASSWORD,
      over: false,
    })
    assert.deepEqual([counts, replaced], [{ keys: 3, records: 0, sales: 1 }, undefined])
    const wallet = await openWallet(other)
    assert.equal(wallet.existing(MARK).address, address)
    assert.deepEqual(await loadSales({ home: other, wallet }), [SALE])
    assert.notEqual(
      readFileSync(join(other, 'development-password'), 'utf8'),
      readFileSync(join(home, 'development-password'), 'utf8'),
    )
    assert.equal(statSync(join(other, 'wallet', 'keystore.json')).mode & 0o777, 0o600)
    assert.deepEqual(readdirSync(join(other, 'wallet')).sort(), ['keystore.json', 'sales'])
  })

  it('tells no name without the password', () => {
    const text = Buffer.from(bytes).toString('latin1')
    for (const told of [MARK, 'account.', 'holder.', 'sales/', SALE.consentHash.slice(2)])
      assert.ok(!text.includes(told), told)
  })

  it('is refused under another password', async (t) => {
    const other = useFolder(t)
    const restored = restoreBackup(other, { bytes, password: 'correct horse batterz', over: false })
    await assert.rejects(restored, { code: 'Backup.WrongPassword' })
    assert.ok(!existsSync(join(other, 'wallet')))
  })

  it('is refused where it is cut or changed anywhere, and nothing is restored', async (t) => {
    const other = useFolder(t)
    await fillWallet(other)
    const before = stateOf(other)
    const contents = bytes.indexOf(10, bytes.indexOf(10) + 1) + 1
    const cut = [0, 10, 25, 200, contents - 1, contents, contents + 71, contents + 5_000]
    const changed = [0, contents + 3, contents + 40, contents + 100, bytes.length - 1]
    for (const broken of [
      ...cut.map((size) => bytes.slice(0, size)),
      bytes.slice(0, -1),
      new Uint8Array([...bytes, 0]),
      fromUtf8('{}'),
      ...changed.map((at) => bytes.map((byte, index) => (index === at ? byte ^ 1 : byte))),
    ]) {
      const restored = restoreBackup(other, { bytes: broken, password: PASSWORD, over: true })
      await assert.rejects(restored, { code: 'Backup.Malformed' }, `${broken.length} bytes`)
    }
    assert.deepEqual(stateOf(other), before)
  })

  it('never replaces a wallet in silence; with force the old one is moved aside', async (t) => {
    const other = useFolder(t)
    const old = await fillWallet(other)
    const before = stateOf(other)
    const restore = (over: boolean) => restoreBackup(other, { bytes, password: PASSWORD, over })
    await assert.rejects(restore(false), { code: 'Backup.WalletExists' })
    assert.deepEqual(stateOf(other), before)
    const { replaced } = await restore(true)
    assert.ok(replaced)
    assert.equal((await openWallet(other)).existing(MARK).address, address)
    const moved = stateOf(replaced).map((line) => line.replace(replaced, join(other, 'wallet')))
    assert.deepEqual(
      moved,
      before.filter((line) => line.startsWith(join(other, 'wallet'))),
    )
    assert.notEqual(old, address)
  })

  it('takes the place of a wallet that holds nothing', async (t) => {
    const other = useFolder(t)
    await openWallet(other)
    await restoreBackup(other, { bytes, password: PASSWORD, over: false })
    assert.equal((await openWallet(other)).existing(MARK).address, address)
  })

  it('is not made of an empty wallet, or under a password that is guessed', async (t) => {
    const empty = useFolder(t)
    await assert.rejects(createBackup(empty, PASSWORD), { code: 'Backup.Empty' })
    await assert.rejects(createBackup(home, 'secret'), { code: 'Backup.PasswordTooShort' })
  })

  it('can write nowhere but into the wallet', async (t) => {
    const hostile = await createHostile(useFolder(t), '../../outside.sealed')
    const other = useFolder(t)
    const restored = restoreBackup(other, { bytes: hostile, password: PASSWORD, over: true })
    await assert.rejects(restored, { code: 'Backup.Malformed' })
    assert.deepEqual(stateOf(other), [])
  })

  it('goes through the command line, which overwrites no file', async (t) => {
    const folder = useFolder(t)
    writeFileSync(join(folder, 'password.txt'), `${PASSWORD}\n`)
    const run = async (home: string, ...args: string[]) =>
      await startCli(['--json', 'wallet', ...args, '--password-file', 'password.txt'], {
        cwd: folder,
        env: { AMBROSIA_HOME: home },
      })
    const backup = ['backup', '--out', 'wallet.backup']
    const made = await run(home, ...backup)
    assert.deepEqual([made.status, lastJson(made.stdout)['keys']], [0, 3])
    assert.equal(statSync(join(folder, 'wallet.backup')).mode & 0o777, 0o600)
    const again = await run(home, ...backup)
    assert.deepEqual(
      [again.status, (lastJson(again.stdout)['error'] as { code: string }).code],
      [2, 'Cli.Usage'],
    )
    const other = join(folder, 'home')
    const restored = await run(other, 'restore', 'wallet.backup')
    assert.deepEqual([restored.status, lastJson(restored.stdout)['sales']], [0, 1])
    const twice = await run(other, 'restore', 'wallet.backup')
    assert.deepEqual(
      [twice.status, (lastJson(twice.stdout)['error'] as { code: string }).code],
      [1, 'Backup.WalletExists'],
    )
    assert.equal((await openWallet(other)).existing(MARK).address, address)
  })
})

/** A backup with a right password whose maker chose the path of a file. */
async function createHostile(home: string, path: string): Promise<Uint8Array> {
  const { toBase64url, concat } = await import('@ambrosia/primitives/Bytes')
  const Keystore = await import('@ambrosia/service/Keystore')
  const file = join(home, 'keystore.json')
  const key = random(32)
  const keystore = await Keystore.open({ path: file, password: PASSWORD })
  keystore.add('backup', key)
  const contents = { version: 1, secrets: {}, files: { [path]: toBase64url(random(8)) } }
  const sealed = await Seal.sealBytes({
    plaintext: fromUtf8(JSON.stringify(contents)),
    dataKey: key,
    context: fromUtf8('ambrosia/wallet-backup/1'),
  })
  const line = JSON.stringify(JSON.parse(readFileSync(file, 'utf8')))
  return concat(fromUtf8(`ambrosia wallet backup 1\n${line}\n`), sealed)
}
