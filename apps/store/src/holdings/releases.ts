import * as Release from '@ambrosia/exchange/Release'
import type { Hex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import * as Envelope from '@ambrosia/sealing/Envelope'
import * as Manifest from '@ambrosia/sealing/Manifest'
import { type Address, isAddressEqual } from 'viem'
import type { SoldRecord } from '../chain/DealReader.ts'
import { addressKey, type Store } from '../Store.ts'
import { isDeliverable } from './findReadable.ts'

export type SignedRelease = {
  release: Release.Release
  signature: Hex
  envelope: Envelope.Envelope
  /**
   * The record's manifest, so that the consumer can check what they get against the hash on chain.
   */
  manifest?: Manifest.Manifest | undefined
}

/**
 * Keeps an oracle's release: the wrapped key and the statement its registered signing key made. A
 * release of the same or a newer block replaces an older one.
 * @throws Release.RecordUnknown, Release.OracleNotNamed, Release.EnvelopeMismatch,
 * Release.SignatureRefused, Release.ManifestMismatch, Release.Ended, Release.Stale
 */
export async function acceptRelease(
  store: Store,
  recordId: Hex,
  oracle: Address,
  { release, signature, envelope, manifest }: SignedRelease,
): Promise<void> {
  const { settled, oracles } = await deliverableRecord(store, recordId)
  if (release.recordId !== settled.recordId) throw new RecordUnknownError(recordId)
  if (!oracles.some((one) => isAddressEqual(one, oracle))) throw new OracleNotNamedError()
  if (Envelope.hash(envelope) !== release.envelopeHash) throw new EnvelopeMismatchError()
  const [signer] = await store.reader.signersOf([oracle])
  const isSigned =
    signer !== undefined && (await Release.verify(release, store.domain, signer, signature))
  if (!isSigned) throw new SignatureRefusedError()
  if (manifest && Manifest.hash(manifest) !== settled.manifestHash)
    throw new ManifestMismatchError()
  const row = {
    record_id: recordId,
    oracle: addressKey(oracle),
    block_number: Number(release.blockNumber),
    envelope: JSON.stringify(envelope),
    consumer_key_hash: release.consumerKeyHash,
    envelope_hash: release.envelopeHash,
    signature,
  }
  await store.database.transaction().execute(async (database) => {
    if (manifest) {
      await database
        .insertInto('manifest')
        .values({ manifest_hash: settled.manifestHash, content: JSON.stringify(manifest) })
        .onConflict((conflict) => conflict.column('manifest_hash').doNothing())
        .execute()
    }
    const known = await database
      .selectFrom('release')
      .select(['block_number', 'envelope_hash'])
      .where('record_id', '=', row.record_id)
      .where('oracle', '=', row.oracle)
      .executeTakeFirst()
    if (known?.envelope_hash === row.envelope_hash) return
    if (known && known.block_number > row.block_number) throw new StaleError()
    await database
      .insertInto('release')
      .values(row)
      .onConflict((conflict) => conflict.columns(['record_id', 'oracle']).doUpdateSet(row))
      .execute()
  })
}

export type Delivery = {
  contentAddress: string
  sizeBytes: number
  /** The manifest whose hash stands on chain, once an oracle has given it. */
  manifest?: Record<string, unknown>
  releases: (SignedRelease & { oracle: Address })[]
}

/**
 * What the consumer needs to open a record: where it lies, and the keys wrapped to them.
 * @throws Release.RecordUnknown, Release.Ended
 */
export async function readReleases(
  store: Store,
  recordId: Hex,
  reader: Address,
): Promise<Delivery> {
  const { settled } = await deliverableRecord(store, recordId)
  // To anyone but the consumer a record is as unknown as one that does not exist.
  if (!isAddressEqual(settled.consumer, reader)) throw new RecordUnknownError(recordId)
  const holding = await store.database
    .selectFrom('holding')
    .select(['content_address', 'size_bytes'])
    .where('deal_id', '=', settled.dealId)
    .where('provider', '=', addressKey(settled.provider))
    .where('manifest_hash', '=', settled.manifestHash)
    .executeTakeFirst()
  if (!holding) throw new RecordUnknownError(recordId)
  const rows = await store.database
    .selectFrom('release')
    .selectAll()
    .where('record_id', '=', recordId)
    .orderBy('oracle')
    .execute()
  const manifest = await store.database
    .selectFrom('manifest')
    .select('content')
    .where('manifest_hash', '=', settled.manifestHash)
    .executeTakeFirst()
  return {
    contentAddress: holding.content_address,
    sizeBytes: Number(holding.size_bytes),
    ...(manifest ? { manifest: JSON.parse(manifest.content) } : {}),
    releases: rows.map((row) => ({
      oracle: row.oracle as Address,
      envelope: Envelope.parse(JSON.parse(row.envelope)),
      signature: row.signature as Hex,
      release: {
        recordId,
        consumerKeyHash: row.consumer_key_hash as Hex,
        envelopeHash: row.envelope_hash as Hex,
        blockNumber: BigInt(row.block_number),
      },
    })),
  }
}

async function deliverableRecord(
  store: Store,
  recordId: Hex,
): Promise<{ settled: SoldRecord; oracles: readonly Address[] }> {
  const settled = await store.reader.recordOf(recordId)
  const deal = settled && (await store.reader.dealOf(settled.dealId))
  if (!settled || !deal) throw new RecordUnknownError(recordId)
  if (!isDeliverable(store, settled, Number(deal.terms.retentionEnd)))
    throw new EndedError(recordId)
  return { settled, oracles: deal.terms.oracles }
}

export class RecordUnknownError extends AmbrosiaError {
  constructor(recordId: Hex) {
    super('Release.RecordUnknown', `no final settlement of record ${recordId} for this account`, {
      details: { recordId },
      hint: 'Wait until the settlement is final.',
    })
  }
}

export class EndedError extends AmbrosiaError {
  constructor(recordId: Hex) {
    super('Release.Ended', `the consent to record ${recordId} was revoked or has ended`, {
      details: { recordId },
      hint: 'Stop using the record and delete it.',
    })
  }
}

export class OracleNotNamedError extends AmbrosiaError {
  constructor() {
    super('Release.OracleNotNamed', 'the deal does not name this oracle')
  }
}

export class EnvelopeMismatchError extends AmbrosiaError {
  constructor() {
    super('Release.EnvelopeMismatch', 'the envelope is not the one that the statement names')
  }
}

export class SignatureRefusedError extends AmbrosiaError {
  constructor() {
    super('Release.SignatureRefused', "the statement is not signed by the oracle's registered key")
  }
}

export class ManifestMismatchError extends AmbrosiaError {
  constructor() {
    super('Release.ManifestMismatch', 'the manifest is not the one whose hash was settled')
  }
}

export class StaleError extends AmbrosiaError {
  constructor() {
    super('Release.Stale', 'a release of a later block is here already')
  }
}
