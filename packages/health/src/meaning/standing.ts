/**
 * How far a resource's statement can be relied on:
 * - `stated`: it is so, or was done;
 * - `past`: it was so, and is no longer;
 * - `open`: planned, preliminary, suspected, interrupted: not yet, or not surely, or not the whole
 *   of it;
 * - `negated`: it is not so, or was not done, or must not be done;
 * - `withdrawn`: taken back, or entered in error: it says nothing;
 * - `unclear`: a modifier that is not understood.
 */
export type Standing = 'stated' | 'past' | 'open' | 'negated' | 'withdrawn' | 'unclear'

/** From the harmless to the severe: of several the last one counts. */
export const STANDINGS: readonly Standing[] = [
  'stated',
  'past',
  'open',
  'negated',
  'withdrawn',
  'unclear',
]

/** What a standing means for each use of a resource. */
export type Use = {
  /** Gives a claim about the present, one about the past, or none. */
  readonly claim: 'present' | 'past' | 'none'
  /** Kept by `stated()` in a predicate. */
  readonly predicate: boolean
  /** Can alone meet what a deal asks for. */
  readonly rule: boolean
  /** Earns points of the quality score. */
  readonly score: boolean
  /** How the sentence of a consent names such resources; undefined where nothing needs saying. */
  readonly sentence: string | undefined
}

/**
 * What becomes of each standing. Groups and tables are not in this list: a group counts every
 * resource of its code, else "all of them" could be evaded by a status, and a table has every
 * resource with its modifiers in columns of their own.
 */
export const USES: Readonly<Record<Standing, Use>> = {
  stated: { claim: 'present', predicate: true, rule: true, score: true, sentence: undefined },
  past: { claim: 'past', predicate: true, rule: true, score: true, sentence: undefined },
  open: {
    claim: 'none',
    predicate: false,
    rule: false,
    score: false,
    sentence: 'planned, preliminary, suspected or interrupted',
  },
  negated: {
    claim: 'none',
    predicate: false,
    rule: false,
    score: false,
    sentence: 'of what is not so or was not done',
  },
  withdrawn: {
    claim: 'none',
    predicate: false,
    rule: false,
    score: false,
    sentence: 'taken back or entered in error',
  },
  unclear: {
    claim: 'none',
    predicate: false,
    rule: false,
    score: false,
    sentence: 'of unclear meaning',
  },
}
