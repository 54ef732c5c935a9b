/** The terms that a person consents to, as far as words show them. */
export type Terms = {
  purpose: {
    /** DUO code, such as `DUO:0000007`. */
    code: string
    /** What is done, in the consumer's words, such as `Diabetes research`. */
    words: string
    /** DUO modifiers that narrow the purpose. */
    modifiers?: readonly string[]
  }
  consumerName: string
  /** Where the person reaches the consumer. */
  consumerContact?: string
  /** What the person receives, such as `4.75 MED`. */
  price: string
  /** Last day of use, ISO 8601 date. */
  until: string
  /** May the consumer pass the data on? */
  resale: boolean
  /** False: the Safe Harbor form. True: the form that names the person. */
  identified: boolean
  /** What is given, such as `38 of 231 resources: laboratory results (HbA1c), conditions`. */
  data?: string
  /** Sensitivity labels of what is given, such as `HIV`; each is named in a sentence of its own. */
  sensitive?: readonly string[]
  /** Who discloses the record; required where it identifies the person. */
  discloser?: string
  /** Who pays whom for what; required where the record identifies the person. */
  remuneration?: string
  /** Chain, deal and certificate that the signature is bound to. */
  dealId?: string
  certificateDigest?: string
  /** When it is signed, ISO 8601. */
  signedAt?: string
  /** The person's pseudonymous account. */
  provider?: string
}
