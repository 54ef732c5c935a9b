import type { Loader } from '@ambrosia/credentials/Contexts'
import * as Credential from '@ambrosia/credentials/Credential'
import type { Resolvable } from '@ambrosia/credentials/Resolver'
import * as StatusList from '@ambrosia/credentials/StatusList'
import type { CertifyContext } from '@ambrosia/exchange/certify/certify'
import type { EpochLists } from '@ambrosia/exchange/certify/EpochLists'
import { toHex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { sha256 } from '@ambrosia/primitives/Hash'
import * as PlainJson from '@ambrosia/primitives/PlainJson'
import { NotAvailableError } from '../status/StatusSchedule.ts'
import type { Outside, PublishedList } from './Enclave.ts'

/** One issuer's list as it stood at an epoch. */
export type IssuerList = { url: string; sha256: Uint8Array; list: StatusList.StatusList }

/**
 * The list in an issuer's bytes, under its signature.
 * @throws Status.WrongList, Credential.*, StatusList.*
 */
export async function verifyList(
  { issuer, url, bytes }: PublishedList,
  options: { epochSec: number; resolver: Resolvable; loader: Loader },
): Promise<IssuerList> {
  const { epochSec, resolver, loader } = options
  const verified = await Credential.verifyEddsa({
    signed: PlainJson.parse(bytes),
    resolver,
    loader,
    nowMs: epochSec * 1000,
  })
  if (verified.issuer !== issuer || verified.document['id'] !== url) throw new WrongListError()
  return { url, sha256: sha256(bytes), list: StatusList.readList(verified.document, 'revocation') }
}

/** Lists that were verified once; a list of a million entries takes 128 kB. */
const KEPT_LISTS = 64

/** The lists of an epoch, each verified by its issuer's signature: the host only carries them. */
export function createListReader(options: {
  outside: Pick<Outside, 'statusLists'>
  resolver: Resolvable
  loader: Loader
}): CertifyContext['listsAt'] {
  const kept = new Map<string, IssuerList>()
  const read = async (published: PublishedList, epochSec: number): Promise<IssuerList> => {
    const name = `${epochSec} ${published.issuer} ${published.url} ${toHex(sha256(published.bytes))}`
    const known = kept.get(name)
    if (known !== undefined) return known
    const list = await verifyList(published, { ...options, epochSec })
    if (kept.size >= KEPT_LISTS) kept.delete(kept.keys().next().value as string)
    kept.set(name, list)
    return list
  }
  return async (issuers, asOfSec) => {
    const { epochSec, lists } = await options.outside.statusLists(issuers, asOfSec)
    const byIssuer = new Map<string, IssuerList[]>()
    for (const issuer of issuers) {
      const own = lists.filter((one) => one.issuer === issuer)
      if (own.length === 0) throw new NotAvailableError(epochSec)
      const verified: IssuerList[] = []
      for (const one of own) verified.push(await read(one, epochSec))
      byIssuer.set(issuer, verified)
    }
    return toEpochLists(byIssuer)
  }
}

/** The lists of a deal's issuers as a verdict uses them. */
export function toEpochLists(byIssuer: ReadonlyMap<string, readonly IssuerList[]>): EpochLists {
  const all = [...byIssuer.values()].flat()
  return {
    root: toHex(StatusList.statusListsRoot(all.map(({ url, sha256 }) => ({ url, sha256 })))),
    isRevoked: (issuer, entry) => isRevoked(byIssuer.get(issuer) ?? [], entry),
  }
}

function isRevoked(lists: readonly IssuerList[], value: Record<string, unknown>): boolean {
  const entry = StatusList.parseEntry(value)
  const list = lists.find(({ url }) => url === entry.statusListCredential)
  // These are lists of revocation; an entry of another purpose would read bits that mean something
  // else.
  if (!list || entry.statusPurpose !== 'revocation') throw new UnknownListError()
  return StatusList.get(list.list, Number(entry.statusListIndex))
}

export class WrongListError extends AmbrosiaError {
  constructor() {
    super('Status.WrongList', 'what the issuer serves is not its status list')
  }
}

export class UnknownListError extends AmbrosiaError {
  constructor() {
    super(
      'Status.UnknownList',
      'the credential names a status list that its issuer does not publish',
    )
  }
}
