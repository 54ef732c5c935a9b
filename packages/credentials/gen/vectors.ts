/**
 * Writes vectors/credentials; with --check compares instead. Digests of EIP-712 come from viem, not
 * from code of ours.
 *
 *   node packages/credentials/gen/vectors.ts [--check]
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { type Hex, toHex } from '@ambrosia/primitives/Bytes'
import { hashTypedData } from 'viem'
import * as DidAmbrosia from '../src/DidAmbrosia.ts'
import * as DidMessage from '../src/DidMessage.ts'
import { exampleKey } from '../src/didCoreFixtures.ts'
import { toMulticodec } from '../src/Keys.ts'
import * as StatusList from '../src/StatusList.ts'

const FOLDER = new URL('../../../vectors/credentials/', import.meta.url)
const CONTROLLERS: Hex[] = [`0x${'11'.repeat(20)}`, `0x${'f3'.repeat(19)}00`]
const REGISTRY = { chainId: 31337, didRegistry: `0x${'d1'.repeat(20)}` as Hex }
const DEADLINE = 1_800_000_000n

const files: Record<string, object> = { 'did.json': did(), 'statusLists.json': statusLists() }
mkdirSync(FOLDER, { recursive: true })
for (const [name, content] of Object.entries(files)) {
  const url = new URL(name, FOLDER)
  const text = `${JSON.stringify(content, null, 2)}\n`
  if (!process.argv.includes('--check')) writeFileSync(url, text)
  else if (readFileSync(url, 'utf8') !== text) {
    process.stderr.write(`vectors/credentials/${name} is not what its generator writes\n`)
    process.exitCode = 1
  }
}

function did(): object {
  const document: DidMessage.Document = {
    controller: CONTROLLERS[1] as Hex,
    methods: [
      { fragment: 'bbs-1', purposes: 2, multikey: toMulticodec(exampleKey('BLS12-381-G2')) },
      { fragment: 'agree_1', purposes: 4, multikey: toMulticodec(exampleKey('X25519')) },
    ],
    services: [{ fragment: 's.1', serviceType: 'Status', endpoint: 'https://a.example/\u00e9' }],
  }
  const empty: DidMessage.Document = {
    controller: CONTROLLERS[0] as Hex,
    methods: [],
    services: [],
  }
  const salt: Hex = `0x${'22'.repeat(32)}`
  const id = DidAmbrosia.idOf(CONTROLLERS[0] as Hex, new Uint8Array(32).fill(0x22))
  const messages = [document, empty].flatMap((one) => [
    DidMessage.create(REGISTRY, {
      firstController: CONTROLLERS[0] as Hex,
      salt,
      document: one,
      deadline: DEADLINE,
    }),
    DidMessage.update(REGISTRY, { id, document: one, version: 3, deadline: DEADLINE }),
  ])
  messages.push(DidMessage.deactivate(REGISTRY, { id, version: 4, deadline: DEADLINE }))
  return {
    source: 'docs/protocol/exchange.md, section 2; contracts/src/identity/libraries/DidHashes.sol',
    ids: CONTROLLERS.flatMap((firstController) =>
      [0, 0x22].map((byte) => {
        const saltBytes = new Uint8Array(32).fill(byte)
        const made = DidAmbrosia.idOf(firstController, saltBytes)
        return {
          firstController,
          salt: toHex(saltBytes),
          chainId: REGISTRY.chainId,
          id: made,
          did: DidAmbrosia.toDid(REGISTRY.chainId, made),
        }
      }),
    ),
    valid: messages.map((typed) => ({
      primaryType: typed.primaryType,
      domain: typed.domain,
      message: toJson(typed.message),
      digest: hashTypedData(typed as never),
    })),
    invalid: [
      'did:ambrosia:031337:1111111111111111111111111111111111111111',
      'did:ambrosia:31337:111111111111111111111111111111111111111',
      'did:ambrosia:31337:AA11111111111111111111111111111111111111',
      'did:ambrosia::1111111111111111111111111111111111111111',
      'did:ambrosia:18446744073709551616:1111111111111111111111111111111111111111',
      'did:ambrosia:31337:0x1111111111111111111111111111111111111111',
    ],
  }
}

function toJson(message: Record<string, unknown>): unknown {
  const text = JSON.stringify(message, (_key, value) =>
    typeof value === 'bigint' ? value.toString() : value,
  )
  return JSON.parse(text)
}

function statusLists(): object {
  const list = (indexes: number[]) => {
    const made = StatusList.create()
    for (const index of indexes) StatusList.set(made, index)
    return { indexes, encodedList: StatusList.encode(made) }
  }
  const hashed = (n: number) => ({
    url: `https://hospital.example/status/${n}`,
    sha256: toHex(new Uint8Array(32).fill(n)),
  })
  const roots = [[], [hashed(1)], [hashed(1), hashed(2)], [hashed(3), hashed(1), hashed(2)]]
  return {
    source: 'W3C Bitstring Status List 1.0; docs/protocol/exchange.md, section 4, statusListsRoot',
    valid: [list([]), list([0, 7, 8, 94_567, 131_071])],
    roots: roots.map((lists) => ({ lists, root: toHex(StatusList.statusListsRoot(lists)) })),
    invalid: [
      '',
      'u',
      'z',
      'uH4sI',
      list([]).encodedList.slice(0, -8),
      list([]).encodedList.slice(1),
    ],
  }
}
