import type { Loader } from '../Contexts.ts'
import type { BbsIssuerKey, EddsaIssuerKey } from '../Credential.ts'
import type { Resolvable } from '../Resolver.ts'
import type { Entry, Purpose, VerifiedList } from '../StatusList.ts'

/** What the handlers of one base work with. */
export type Context = {
  /** DID that is written as the issuer into what is issued. */
  issuer: string
  signing:
    | { cryptosuite: 'bbs-2023'; key: BbsIssuerKey }
    | { cryptosuite: 'eddsa-rdfc-2022'; key: EddsaIssuerKey }
  loader: Loader
  resolver: Resolvable
  now: () => number
  /** Status lists, where this issuer keeps them; without it a request for a status is refused. */
  status?: StatusBook | undefined
}

export type StatusBook = {
  /** Takes an index for a credential about to be issued. */
  allocate(purpose: Purpose, credentialId: string | undefined): Promise<Entry>
  /** Sets or clears the status of a credential issued here; false when it is unknown. */
  update(credentialId: string, purpose: Purpose, isSet: boolean): Promise<boolean>
  /** A list by its URL, verified; undefined when it cannot be had. */
  read(url: string): Promise<VerifiedList | undefined>
}
