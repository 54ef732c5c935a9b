import { type Hex, toHex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { type BatchBlock, ZERO_HASH } from '@ambrosia/rollup/Batch'
import * as Derivation from '@ambrosia/rollup/Derivation'
import type { GuestInput } from '@ambrosia/rollup/GuestInput'
import { OUTBOX_ROOT_SLOT, PREDEPLOYS } from '@ambrosia/rollup/L2Genesis'
import { RLP } from '@ethereumjs/rlp'
import { fromHex, keccak256, recoverTransactionAddress, type TransactionSerialized } from 'viem'
import type { EngineBlock, Header } from '../engine/Header.ts'
import type { Bodies } from '../l2/Bodies.ts'
import { countOf, hasAllCandidates, toParent } from '../l2/blocks.ts'
import type { L2Chain } from '../l2/L2Chain.ts'

/**
 * Everything that the guest is given to follow the records from one count to another, from a chain
 * that has derived them.
 * @throws Guest.NotDerived where this node has not come as far
 */
export async function createGuestInput(
  chain: L2Chain,
  bodies: Bodies,
  range: { from: number; to: number },
): Promise<GuestInput> {
  const { engine, l1, network } = chain
  const { rules, secrets } = network
  const end = await chain.endAt(range.from)
  const state = await chain.stateAt(range.from)
  const parent = end && (await engine.block(end.blockHash))
  if (end === undefined || state === undefined || parent === undefined) {
    throw new NotDerivedError(range.from)
  }
  const firstCount = countOf(parent.header)
  const batches: GuestInput['batches'][number][] = []
  const witnesses: Uint8Array[] = []
  let head = parent.header
  for (let position = range.from; position < range.to; position++) {
    const record = l1.recordAt(position)
    if (record === undefined) throw new NotDerivedError(position)
    const hasData = record.commitment !== ZERO_HASH
    const contents = hasData ? await bodies.get(record.commitment) : undefined
    if (hasData && contents === undefined) throw new NotDerivedError(position)
    batches.push({
      ...record,
      salt: contents?.salt ?? ZERO_HASH,
      body: contents?.body ?? new Uint8Array(),
    })
    for await (const { block, planned } of blocksOf(chain, head, {
      record,
      body: contents?.body,
    })) {
      witnesses.push(await witnessOf(chain, head, block, planned))
      head = block.header
    }
  }
  const outbox = () => engine.proof(head.hash, PREDEPLOYS.messenger, [OUTBOX_ROOT_SLOT])
  return {
    rules,
    before: { ...state, salt: end.salt, header: parent.header.bytes },
    frontier: l1.frontierAt(firstCount),
    keys: secrets.keys,
    batches,
    entries: l1.entries(firstCount, countOf(head)),
    witnesses,
    outboxProof: witnesses.length === 0 ? [] : await outbox(),
  }
}

/** The blocks that a record means, in order, as the engine has them. */
async function* blocksOf(
  { engine, l1, network }: L2Chain,
  before: Header,
  { record, body }: Pick<Parameters<typeof Derivation.openRecord>[0], 'record' | 'body'>,
): AsyncGenerator<{ block: EngineBlock; planned: BatchBlock }> {
  const firstCount = countOf(before)
  const kinds = l1.entries(firstCount, record.inboxCount).map(({ kind }) => kind)
  const { rules } = network
  const contents = Derivation.openRecord({ rules, record, body, firstCount, kinds })
  let { number } = before
  let next = Derivation.nextBlock(contents, Derivation.startOf(toParent(before)))
  while (next !== undefined) {
    const block = await engine.block(++number)
    if (block === undefined) throw new NotDerivedError(number)
    yield { block, planned: next.block }
    const gasUsed = next.cursor.gasUsed + block.header.gasUsed
    next = Derivation.nextBlock(contents, { ...next.cursor, gasUsed })
  }
}

/**
 * What making a block reads: what executing it reads, and of each candidate that was dropped the
 * account that was to pay.
 */
async function witnessOf(
  chain: L2Chain,
  parent: Header,
  block: EngineBlock,
  planned: BatchBlock,
): Promise<Uint8Array> {
  const { engine, l1, network } = chain
  const opened = await chain.openedBetween(countOf(parent), planned.count)
  const attributes = Derivation.attributes({
    rules: network.rules,
    parent: toParent(parent),
    block: planned,
    opened,
    anchor: l1.anchorAt(planned.count) as Hex,
  })
  const witness = await engine.witness(block.header.hash)
  if (hasAllCandidates(block, attributes)) return witness
  const [headers, codes, nodes, keys] = RLP.decode(witness) as [
    unknown[],
    Bytes[],
    Bytes[],
    Bytes[],
  ]
  const byHash = (list: readonly Bytes[]) => new Map(list.map((bytes) => [keccak256(bytes), bytes]))
  const [allCodes, allNodes] = [byHash(codes), byHash(nodes)]
  const standing = new Set(block.transactions.map((raw) => keccak256(raw)))
  for (const raw of attributes.candidates) {
    const payer = standing.has(keccak256(raw)) ? undefined : await payerOf(raw)
    if (payer === undefined) continue
    for (const node of await engine.proof(parent.hash, payer, [])) {
      allNodes.set(keccak256(node), node)
    }
    const at = { blockHash: parent.hash }
    const code = fromHex((await engine.request('eth_getCode', [payer, at])) as Hex, 'bytes')
    if (code.length > 0) allCodes.set(keccak256(code), code)
  }
  return RLP.encode([headers, [...allCodes.values()], [...allNodes.values()], keys] as never)
}

type Bytes = Uint8Array

/** Undefined for what nobody signed: then nothing is read. */
async function payerOf(raw: Uint8Array): Promise<Hex | undefined> {
  try {
    const serializedTransaction = toHex(raw) as TransactionSerialized
    return (await recoverTransactionAddress({ serializedTransaction })).toLowerCase() as Hex
  } catch {
    return undefined
  }
}

export class NotDerivedError extends AmbrosiaError {
  constructor(position: number) {
    super('Guest.NotDerived', `this node has not derived up to ${position}`)
  }
}
