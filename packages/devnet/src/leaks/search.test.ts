import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, it } from 'node:test'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { useFolder } from '@ambrosia/testing/useFolder'
import { createPublicClient, createWalletClient, http, type PublicClient, toHex } from 'viem'
import * as Anvil from '../Anvil.ts'
import { developmentAccount } from '../accounts.ts'
import type { Running } from '../Process.ts'
import type { Form } from './forms.ts'
import { chainPlaces } from './places/chain.ts'
import { databasePlaces } from './places/database.ts'
import { filePlaces } from './places/files.ts'
import { bytesPlace, type Place } from './places/Place.ts'
import { type Leak, searchForLeaks } from './search.ts'
import { longSecret, shortSecret } from './secrets.ts'

/**
 * It is written in another way in each form: quotes, letters beyond ASCII, and both characters in
 * which the Base64s differ.
 */
const NAME = 'Zoë "Zzyzx" O’Marker/Smith+1 ?>?'
const HEX = Buffer.from(NAME).toString('hex')
const secrets = [shortSecret('name', NAME)]

/** The name as it would stand in something longer, in each form. */
const PLANTED: readonly { title: string; form: Form; bytes: Buffer }[] = [
  { title: 'plain', form: 'plain', bytes: Buffer.from(`family: ${NAME}.`) },
  { title: 'hex', form: 'hex', bytes: Buffer.from(`id=${HEX}`) },
  { title: 'hex with 0x', form: 'hex', bytes: Buffer.from(`0x00${HEX}00`) },
  { title: 'HEX', form: 'hex', bytes: Buffer.from(HEX.toUpperCase()) },
  ...['', 'a', 'ab'].flatMap((before) => [
    {
      title: `base64 behind ${before.length} bytes`,
      form: 'base64' as const,
      bytes: Buffer.from(Buffer.from(`${before}${NAME}?~>`).toString('base64')),
    },
    {
      title: `base64url behind ${before.length} bytes`,
      form: 'base64url' as const,
      bytes: Buffer.from(Buffer.from(`${before}ÿ${NAME}`).toString('base64url')),
    },
  ]),
  { title: 'UTF-16LE', form: 'utf-16le', bytes: Buffer.from(NAME, 'utf16le') },
  { title: 'UTF-16BE', form: 'utf-16be', bytes: Buffer.from(NAME, 'utf16le').swap16() },
  { title: 'JSON', form: 'json', bytes: Buffer.from(JSON.stringify({ family: NAME })) },
  {
    title: 'JSON in JSON',
    form: 'json',
    bytes: Buffer.from(JSON.stringify({ body: JSON.stringify({ family: NAME }) })),
  },
  { title: 'JSON in ASCII', form: 'json', bytes: Buffer.from(asciiOf(JSON.stringify(NAME))) },
  { title: 'URL', form: 'percent', bytes: Buffer.from(`/v1?name=${encodeURIComponent(NAME)}`) },
  { title: 'form', form: 'percent', bytes: Buffer.from(`${new URLSearchParams({ n: NAME })}&b=1`) },
  {
    title: 'url in lower case',
    form: 'percent',
    bytes: Buffer.from(encodeURIComponent(NAME).replace(/%../g, (hex) => hex.toLowerCase())),
  },
]

/** A text that compresses, so that nothing of it stands in the compressed bytes as it was. */
const TEXT = `${Array.from({ length: 4000 }, (_, index) => `line ${index}`).join(' ')} ${NAME}`

const COMPRESSED = [
  { format: 'gzip', compress: gzipSync },
  { format: 'zlib', compress: deflateSync },
  { format: 'deflate', compress: deflateRawSync },
  { format: 'brotli', compress: brotliCompressSync },
] as const

function asciiOf(text: string): string {
  return text.replace(/[^ -~]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

async function find(places: Iterable<Place> | AsyncIterable<Place>): Promise<Leak[]> {
  return (await searchForLeaks({ secrets, places })).found
}

/** Found in this one form, and reported without it. */
function assertFound(found: readonly Leak[], form: Form, title: string): void {
  const forms = [...new Set(found.map((leak) => leak.form))]
  assert.deepEqual(forms, [form], title)
  assert.ok(!JSON.stringify(found).includes('Zzyzx'), title)
}

/** Bytes like those of ciphertext: the same in every run. */
function noise(sizeBytes: number): Buffer {
  const bytes = Buffer.alloc(sizeBytes)
  let state = 1
  for (let index = 0; index < sizeBytes; index++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    bytes[index] = state >>> 24
  }
  return bytes
}

describe('files', () => {
  for (const { title, form, bytes } of PLANTED) {
    it(`${title} is found in a file and in a line of a log`, async (t) => {
      const folder = useFolder(t)
      writeFileSync(join(folder, 'blob'), Buffer.concat([noise(5000), bytes, noise(5000)]))
      assertFound(await find(filePlaces(folder, folder)), form, 'blob')
      mkdirSync(join(folder, 'logs'))
      writeFileSync(join(folder, 'blob'), '')
      writeFileSync(
        join(folder, 'logs', 'a.log'),
        `{"level":30}\n${bytes.toString('latin1')}\n`,
        'latin1',
      )
      const found = await find(filePlaces(folder, folder))
      assertFound(found, form, 'log')
      assert.equal(found[0]?.place, join('logs', 'a.log'))
    })
  }

  for (const { format, compress } of COMPRESSED) {
    it(`${format} is opened, and what is compressed in it too`, async (t) => {
      const folder = useFolder(t)
      const file = join(folder, 'blob')
      const once = compress(TEXT)
      for (const bytes of [once, gzipSync(once), Buffer.concat([once, noise(10)])]) {
        writeFileSync(file, bytes)
        const found = await find(filePlaces(folder, folder))
        assertFound(found, 'plain', format)
        assert.match(found[0]?.place ?? '', new RegExp(`^blob .*\\(${format} from byte 0\\)$`))
      }
    })
  }

  it('gzip and zlib are opened in the middle of a place, and without their end', async (t) => {
    const folder = useFolder(t)
    for (const compress of [gzipSync, deflateSync]) {
      const whole = compress(`${TEXT}${TEXT}`)
      const cut = whole.subarray(0, whole.length - 1000)
      writeFileSync(join(folder, 'blob'), Buffer.concat([noise(3001), cut]))
      assertFound(await find(filePlaces(folder, folder)), 'plain', compress.name)
    }
  })

  it('gzip with a name, a comment, an extra field and a checksum of its header is opened', async () => {
    const body = deflateRawSync(TEXT)
    const extra = Buffer.from([3, 0, 1, 2, 3])
    const header = Buffer.from([0x1f, 0x8b, 8, 2 | 4 | 8 | 16, 0, 0, 0, 0, 0, 3])
    const texts = Buffer.from('name\0comment\0')
    const bytes = Buffer.concat([noise(9), header, extra, texts, Buffer.alloc(2), body, noise(9)])
    assertFound(await find([bytesPlace('gzip', bytes)]), 'plain', 'header')
  })

  it('what stands before a damaged byte is read', async () => {
    for (const compress of [gzipSync, deflateSync, deflateRawSync]) {
      const bytes = compress(`${NAME.repeat(3)}${TEXT}`)
      bytes.fill(0xff, 2000)
      assertFound(await find([bytesPlace('damaged', bytes)]), 'plain', compress.name)
    }
  })

  it('a file larger than a chunk is searched across its chunks', async (t) => {
    const folder = useFolder(t)
    const mebibyte = 1024 * 1024
    for (const shift of [-40, -20, -1, 0]) {
      const bytes = noise(2 * mebibyte)
      bytes.write(NAME, mebibyte + shift)
      writeFileSync(join(folder, 'blob'), bytes)
      const report = await searchForLeaks({ secrets, places: filePlaces(folder, folder) })
      assertFound(report.found, 'plain', String(shift))
      assert.equal(report.searchedBytes, 2 * mebibyte)
    }
  })
})

describe('chunks', () => {
  it('wherever a place is cut, what lies across the cut is found', async () => {
    for (const { form, title, bytes } of PLANTED) {
      for (let cut = 0; cut <= bytes.length; cut++) {
        const chunks = [noise(7), bytes.subarray(0, cut), bytes.subarray(cut), noise(7)]
        assertFound(await find([{ name: 'cut', read: () => chunks }]), form, `${title} at ${cut}`)
      }
    }
    const single = [...Buffer.from(`${NAME}`)].map((byte) => Uint8Array.of(byte))
    assertFound(await find([{ name: 'bytes', read: () => single }]), 'plain', 'byte by byte')
  })

  it('compressed bytes are opened wherever the place is cut', async () => {
    const zipped = Buffer.concat([noise(11), gzipSync(TEXT)])
    for (let cut = 0; cut <= 40; cut++) {
      const place: Place = {
        name: 'cut',
        read: (from) => [
          zipped.subarray(from, Math.max(from, cut)),
          zipped.subarray(Math.max(from, cut)),
        ],
      }
      assertFound(await find([place]), 'plain', String(cut))
    }
  })
})

describe('chain', () => {
  // Logs its input: CALLDATACOPY(0, 0, CALLDATASIZE), LOG0(0, CALLDATASIZE).
  const LOGGER = '0x67365f5f37365fa0005f5260086018f3'
  let chain: Running
  let client: PublicClient
  let send: (data: Uint8Array, to?: `0x${string}`) => Promise<`0x${string}`>
  let logger: `0x${string}`
  const end: (() => void)[] = []

  before(async () => {
    const folder = useFolder({ after: (work) => end.push(work) })
    chain = await Anvil.start({ port: 0, logFile: join(folder, 'chain.log') })
    const transport = http(chain.url)
    client = createPublicClient({ transport, cacheTime: 0, pollingInterval: 20 })
    const wallet = createWalletClient({ account: developmentAccount('deployer'), transport })
    send = async (data, to) => {
      const hash = await wallet.sendTransaction({
        chain: null,
        data: toHex(data),
        ...(to ? { to } : {}),
      })
      const receipt = await client.waitForTransactionReceipt({ hash })
      assert.equal(receipt.status, 'success')
      return receipt.contractAddress ?? hash
    }
    logger = await send(Buffer.from(LOGGER.slice(2), 'hex'))
  })
  after(async () => {
    await chain?.stop()
    for (const work of end) work()
  })

  for (const { title, form, bytes } of PLANTED) {
    it(`${title} is found in the input of a transaction and in a log`, async () => {
      const from = await client.getBlockNumber({ cacheTime: 0 })
      const hash = await send(Buffer.concat([noise(36), bytes]), logger)
      const found = await find(chainPlaces(client, from + 1n))
      assertFound(found, form, title)
      assert.deepEqual(found.map(({ place }) => place).sort(), [
        `log of ${hash}`,
        `transaction ${hash}`,
      ])
    })
  }

  for (const { format, compress } of COMPRESSED) {
    it(`${format} is opened in an argument of a call`, async () => {
      const from = await client.getBlockNumber({ cacheTime: 0 })
      // A selector, two words, the argument, filled up with zeros to whole words.
      await send(Buffer.concat([noise(4), noise(64), compress(TEXT), Buffer.alloc(20)]), logger)
      const found = await find(chainPlaces(client, from + 1n))
      assertFound(found, 'plain', format)
      assert.ok(found.some(({ place }) => place.includes(`(${format} from byte 68)`)))
    })
  }

  it('a chain without it has none, whatever else it holds', async () => {
    const from = await client.getBlockNumber({ cacheTime: 0 })
    await send(noise(10_000), logger)
    const report = await searchForLeaks({ secrets, places: chainPlaces(client, from + 1n) })
    assert.deepEqual(report.found, [])
    assert.ok(report.searchedBytes > 20_000)
  })
})

describe('databases', () => {
  for (const { title, form, bytes } of PLANTED) {
    it(`${title} is found in a value, and while it stands in the write-ahead log alone`, async (t) => {
      const folder = useFolder(t)
      const database = new DatabaseSync(join(folder, 'store.sqlite'))
      t.after(() => database.close())
      database.exec('PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0')
      database.exec('CREATE TABLE "a ""b" (n INTEGER PRIMARY KEY, x BLOB, y TEXT)')
      // Longer than a page, and across its end: the file alone has it in two parts.
      const value = Buffer.concat([noise(4070 - bytes.length / 2), bytes, noise(4000)])
      database.prepare('INSERT INTO "a ""b" (x) VALUES (?)').run(value)
      const found = await find(databasePlaces(folder, folder))
      assertFound(found, form, title)
      assert.equal(found[0]?.place, 'store.sqlite a "b.x')
    })
  }

  it('text, keys and compressed values are searched', async (t) => {
    const folder = useFolder(t)
    const database = new DatabaseSync(join(folder, 'store.sqlite'))
    t.after(() => database.close())
    database.exec('CREATE TABLE one (name TEXT PRIMARY KEY, zip BLOB) WITHOUT ROWID')
    database.prepare('INSERT INTO one VALUES (?, ?)').run(NAME, brotliCompressSync(TEXT))
    const places = (await find(databasePlaces(folder, folder))).map(({ place }) => place)
    assert.deepEqual(places, ['store.sqlite one.name', 'store.sqlite one.zip (brotli from byte 0)'])
  })

  it('what was deleted is found in the files', async (t) => {
    const folder = useFolder(t)
    const database = new DatabaseSync(join(folder, 'store.sqlite'))
    t.after(() => database.close())
    database.exec('CREATE TABLE one (x TEXT)')
    database.prepare('INSERT INTO one VALUES (?)').run(NAME)
    database.exec('DELETE FROM one')
    assert.deepEqual(await find(databasePlaces(folder, folder)), [])
    assertFound(await find(filePlaces(folder, folder)), 'plain', 'deleted')
  })

  it('a database that cannot be read is not taken for a clean one', async (t) => {
    const folder = useFolder(t)
    writeFileSync(
      join(folder, 'store.sqlite'),
      Buffer.concat([Buffer.from('SQLite format 3\0'), noise(5000)]),
    )
    await assert.rejects(find(databasePlaces(folder, folder)))
  })
})

describe('searchForLeaks', () => {
  it('a clean place yields none, and tells what was searched for what', async () => {
    const places = [bytesPlace('noise', noise(300_000)), bytesPlace('empty', new Uint8Array(0))]
    const report = await searchForLeaks({
      secrets: [...secrets, longSecret('record', 'y'.repeat(50) + NAME.repeat(40))],
      places,
    })
    assert.deepEqual(report, {
      places: 2,
      searchedBytes: 300_000,
      openedBytes: report.openedBytes,
      secrets: { name: 1, record: 1 },
      found: [],
    })
  })

  it('any part of a long secret gives it away', async () => {
    const lines = Array.from({ length: 200 }, (_, index) => `line ${index} of what nobody may read`)
    const record = [longSecret('record', lines.join('\n'))]
    for (const from of [0, 60, 120, 180]) {
      const part = lines.slice(from, from + 20).join('\n')
      const { found } = await searchForLeaks({
        secrets: record,
        places: [bytesPlace('part', Buffer.from(part))],
      })
      assert.deepEqual(found, [{ place: 'part', kind: 'record', form: 'plain' }])
    }
  })

  it('what is public does not count', async () => {
    const shown = 'a system that everybody knows, http://loinc.org, code 4548-4, HbA1c in blood'
    const secret = longSecret('record', `${shown}${'and a value of one person: '.repeat(20)}`, [
      shown,
    ])
    const clean = await searchForLeaks({
      secrets: [secret],
      places: [bytesPlace('deal', Buffer.from(shown))],
    })
    assert.deepEqual(clean.found, [])
    assert.throws(() => longSecret('record', shown, [shown]), { code: 'Leaks.NothingPrivate' })
  })

  it('a secret that chance would find is refused', () => {
    assert.throws(() => shortSecret('name', 'Anna5'), { code: 'Leaks.TooShort' })
    assert.equal(shortSecret('name', 'Zoë55').pieces.length, 1)
  })
})
