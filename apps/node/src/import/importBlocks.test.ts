import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { concat, type Hex } from '@ambrosia/primitives/Bytes'
import { RLP } from '@ethereumjs/rlp'
import { createEngine } from '../engine/ethereumjs/createEngine.ts'
import { decodeBlock } from '../engine/Header.ts'
import { accountOf, attributesOn, CHAIN_ID, signed, testGenesis } from '../testing/chains.ts'
import { importBlocks } from './importBlocks.ts'

const genesis = testGenesis(2)

/** Three blocks of transfers and deposits, made by an engine of their own. */
async function someBlocks(): Promise<Uint8Array[]> {
  const engine = await createEngine({ genesis, path: ':memory:' })
  const blocks: Uint8Array[] = []
  for (let i = 0; i < 3; i++) {
    const transactions = await signed([
      accountOf(0).signTransaction({
        type: 'eip1559',
        chainId: CHAIN_ID,
        nonce: i,
        gas: 21_000n,
        maxFeePerGas: 10n ** 10n,
        maxPriorityFeePerGas: 1n,
        to: accountOf(1).address,
        value: 1n,
      }),
    ])
    const withdrawals = [{ index: i, address: accountOf(5).address as Hex, amountGwei: 7n }]
    const attributes = attributesOn(await engine.head(), transactions, { withdrawals })
    const { bytes } = await engine.build(attributes)
    await engine.insert(bytes)
    await engine.setHead(decodeBlock(bytes).header.hash)
    blocks.push(bytes)
  }
  await engine.close()
  return blocks
}

const blocks = await someBlocks()

async function imported(file: Uint8Array) {
  const engine = await createEngine({ genesis, path: ':memory:' })
  try {
    return await importBlocks(engine, file)
  } finally {
    await engine.close()
  }
}

/** The block with one field of its header replaced. */
function withField(block: Uint8Array, index: number, change: (field: Uint8Array) => Uint8Array) {
  const [header, ...rest] = RLP.decode(block) as [Uint8Array[], ...Uint8Array[]]
  const changed = header.map((field, i) => (i === index ? change(field) : field))
  return RLP.encode([changed, ...rest])
}
const flip = (field: Uint8Array) =>
  field.length === 0
    ? Uint8Array.of(1)
    : field.map((byte, i) => (i === field.length - 1 ? byte ^ 1 : byte))

describe('importBlocks', () => {
  it('accepts blocks in their order and ends at the last', async () => {
    const { header } = decodeBlock(blocks[2] as Uint8Array)
    const { ok, head, stateRoot, accepted, error } = await imported(concat(...blocks))
    assert.deepEqual(
      { ok, head, stateRoot, accepted, error },
      { ok: true, head: header.hash, stateRoot: header.stateRoot, accepted: 3, error: undefined },
    )
  })

  it('an empty file leaves genesis the head', async () => {
    const { ok, accepted } = await imported(new Uint8Array())
    assert.deepEqual([ok, accepted], [true, 0])
  })

  it('the same block twice is accepted and changes nothing', async () => {
    const first = blocks[0] as Uint8Array
    const { ok, head } = await imported(concat(first, first))
    assert.deepEqual([ok, head], [true, decodeBlock(first).header.hash])
  })

  it('refuses no header field but PREVRANDAO may be another', async () => {
    const [first, second] = blocks as [Uint8Array, Uint8Array]
    const names = (
      'parentHash uncleHash coinbase stateRoot transactionsRoot receiptsRoot logsBloom difficulty number gasLimit gasUsed ' +
      'timestamp extraData mixHash nonce baseFeePerGas withdrawalsRoot blobGasUsed excessBlobGas parentBeaconBlockRoot requestsHash'
    ).split(' ')
    // What a block commits to and nothing else checks: they make another valid block.
    const free = new Set([
      ...['coinbase', 'extraData', 'mixHash', 'timestamp', 'parentBeaconBlockRoot'],
      // It may move by a 1024th of the parent's.
      'gasLimit',
    ])
    for (const [index, name] of names.entries()) {
      if (free.has(name) && name !== 'mixHash') continue
      const { ok, head, error } = await imported(concat(first, withField(second, index, flip)))
      if (name === 'mixHash') {
        assert.equal(ok, true, 'PREVRANDAO is free')
        continue
      }
      assert.equal(ok, false, name)
      assert.equal(head, decodeBlock(first).header.hash, name)
      assert.ok((error ?? '').startsWith('block 1 of the file: '), `${name}: ${error}`)
    }
  })

  it('refuses a gas limit or a timestamp too far from its parent', async () => {
    const [first, second] = blocks as [Uint8Array, Uint8Array]
    const double = (field: Uint8Array) => concat(field, new Uint8Array(1))
    const early = () => new Uint8Array()
    for (const [index, change] of [
      [9, double],
      [11, early],
    ] as const) {
      const { ok, accepted } = await imported(concat(first, withField(second, index, change)))
      assert.deepEqual([ok, accepted], [false, 1], `field ${index}`)
    }
  })

  it('refuses a field left out, added, or of another form', async () => {
    const [first] = blocks as [Uint8Array]
    const [header, ...rest] = RLP.decode(first) as [Uint8Array[], ...Uint8Array[]]
    const cases: [string, Uint8Array][] = [
      ['no requests hash', RLP.encode([header.slice(0, -1), ...rest])],
      ['one field more', RLP.encode([[...header, Uint8Array.of(1)], ...rest])],
      ['no withdrawals', RLP.encode([header, ...rest.slice(0, 2)])],
      ['a list more', RLP.encode([header, ...rest, []])],
      ['a leading zero', withField(first, 10, (field) => concat(Uint8Array.of(0), field))],
      ['no list', Uint8Array.of(0x81, 0x80)],
      ['a byte', Uint8Array.of(7)],
    ]
    for (const [name, bytes] of cases) {
      const { ok, accepted } = await imported(bytes)
      assert.deepEqual([ok, accepted], [false, 0], name)
    }
  })

  it('refuses an invalid block is refused and those that do not need it are not', async () => {
    const [first, second] = blocks as [Uint8Array, Uint8Array]
    const invalid = withField(second, 3, flip)
    const { ok, head, accepted, error } = await imported(concat(first, invalid, second))
    assert.deepEqual([ok, accepted, head], [false, 2, decodeBlock(second).header.hash])
    assert.match(error ?? '', /^block 1 of the file: invalid block stateRoot/)
  })

  it('refuses an unknown parent, and a file that ends within a block', async () => {
    const [first, second] = blocks as [Uint8Array, Uint8Array]
    assert.match((await imported(second)).error ?? '', /its parent 0x[0-9a-f]{64} is unknown/)
    const cut = await imported(concat(first, second.subarray(0, -1)))
    assert.match(cut.error ?? '', /does not end within the file/)
    assert.equal(cut.accepted, 1)
  })
})
