import type { Record as SettledRecord } from '@ambrosia/chain/abi/exchange'

const INTEGER = /^\d+n$/

/** A settled record as text; the chain asks for exactly this record back. Large integers are digits with an n behind. */
export function toRecordText(record: object): string {
  return JSON.stringify(record, (_, value: unknown) =>
    typeof value === 'bigint' ? `${value}n` : value,
  )
}

/** The record of a text that {@link toRecordText} wrote. */
export function fromRecordText(text: string): SettledRecord {
  return JSON.parse(text, (_, value: unknown) =>
    typeof value === 'string' && INTEGER.test(value) ? BigInt(value.slice(0, -1)) : value,
  ) as SettledRecord
}
