import { createHmac } from 'node:crypto'
import type { IssuerClient } from '@ambrosia/api/issuer/IssuerClient'
import type { RecordForm } from '@ambrosia/exchange/IssuedRecord'
import { random } from '@ambrosia/primitives/Bytes'
import { toPlain } from '@ambrosia/primitives/Errors'
import { progress } from '../../output.ts'
import { loadRecord, recordNames, saveRecord } from '../../wallet/records.ts'
import type { Wallet } from '../../wallet/Wallet.ts'
import type { Bundles, Item } from './bundlesOf.ts'
import { type IssuedList, lineOf } from './IssuedList.ts'

type Refused = { position: number; code: string }

export type BatchResult = {
  issued: number
  /** Issued by an earlier run, or twice in this one. */
  present: number
  refused: Refused[]
}

/** What no other Bundle would change. */
const ENDS_THE_BATCH = /\.Unreachable$|^Issuer\.NotOperator$/
const PROGRESS_EVERY = 25

/**
 * Issues each Bundle as a record of the wallet, under a holder key of its own, several at a time.
 * A record's name is made from its Bundle, so that a run that was interrupted goes on: what lies in
 * the wallet is not issued again. One that is refused does not keep back the others.
 * @throws *.Unreachable, Issuer.NotOperator at once
 */
export async function issueBatch(options: {
  home: string
  wallet: Wallet
  client: Pick<IssuerClient, 'issue'>
  bundles: Bundles
  list: IssuedList
  prefix: string
  form: RecordForm
  parallel: number
}): Promise<BatchResult> {
  const { home, wallet, client, bundles, list, prefix, form } = options
  const result: BatchResult = { issued: 0, present: 0, refused: [] }
  const inWallet = new Set(recordNames(home))
  const taken = new Set<string>()
  const key = wallet.keystore.getOrCreate('batch', () => random(32))
  const issueAs = async (name: string, bundle: Uint8Array): Promise<'issued' | 'present'> => {
    if (inWallet.has(name)) {
      // Saved, and then interrupted before it was listed.
      list.add(lineOf(name, await loadRecord({ home, wallet }, name)))
      return 'present'
    }
    const { record } = await client.issue(bundle, wallet.holderKey(name).did, form, name)
    await saveRecord({ home, wallet }, name, record)
    list.add(lineOf(name, record))
    return 'issued'
  }
  const issue = async ({ read }: Item): Promise<'issued' | 'present'> => {
    const bundle = read()
    // A plain digest of a small Bundle could be guessed from its person.
    const digest = createHmac('sha256', key).update(`${form}\n`).update(bundle).digest('hex')
    const name = `${prefix}-${digest.slice(0, 16)}`
    if (taken.has(name) || list.has(name)) return 'present'
    taken.add(name)
    try {
      return await issueAs(name, bundle)
    } catch (error) {
      taken.delete(name)
      throw error
    }
  }
  const lane = async (): Promise<void> => {
    for await (const item of bundles.items) {
      try {
        result[await issue(item)]++
      } catch (error) {
        const { code, message } = toPlain(error)
        if (ENDS_THE_BATCH.test(code)) throw error
        result.refused.push({ position: item.position, code })
        progress(`${item.source}: ${message} (${code})`)
      }
      tell(result, bundles.total)
    }
  }
  await Promise.all(Array.from({ length: options.parallel }, lane))
  result.refused.sort((one, other) => one.position - other.position)
  return result
}

function tell({ issued, present, refused }: BatchResult, total: number | undefined): void {
  const done = issued + present + refused.length
  if (done % PROGRESS_EVERY !== 0 && done !== total) return
  const of = total === undefined ? '' : ` of ${total}`
  progress(`${done}${of}: issued ${issued}, present ${present}, refused ${refused.length}`)
}
