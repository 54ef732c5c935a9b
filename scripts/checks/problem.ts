/** Something a check found: where, what, and how to mend it. */
export type Problem = {
  /** Path from the repository root, with `:line` where there is one. */
  place: string
  message: string
  fix: string
}

/** One named check of `npm run check`. */
export type Check = {
  name: string
  /** What it protects, for `--help`. */
  about: string
  run: (root: string) => Promise<Problem[]>
}
