/** A set-up step that failed: what, and what to do next. */
export class SetupError extends Error {
  constructor(code, message, hint, options = {}) {
    super(message)
    this.name = code
    this.code = code
    this.hint = hint
    /** The end of what the failed program printed. */
    this.output = options.output ?? ''
    /** 3 when a service (the package registry) could not be reached, else 1. */
    this.exitCode = options.exitCode ?? 1
  }
}

const TAIL_LINES = 20
const AGAIN = 'run the same command again'

/** What npm's output means: the first pattern that matches wins. */
const CAUSES = [
  {
    pattern: /ENOSPC|no space left/i,
    code: 'Setup.DiskFull',
    message: 'the disk is full',
    hint: `Free about 1 GB (AMBROSIA_CACHE may point to another disk) and ${AGAIN}.`,
  },
  {
    pattern: /EACCES|EPERM|EROFS/,
    code: 'Setup.NotPermitted',
    message: 'npm may not write where it has to',
    hint: `Give yourself write access to this folder and the caches (AMBROSIA_CACHE, npm's own) and ${AGAIN}.`,
  },
  {
    pattern:
      /ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|CERT_|SELF_SIGNED/,
    code: 'Setup.Unreachable',
    message: 'the package registry cannot be reached',
    hint: `Check the connection, the proxy (HTTPS_PROXY) and "npm config get registry", then ${AGAIN}; what is downloaded is kept.`,
    exitCode: 3,
  },
  {
    pattern: /E404|ETARGET|notarget/,
    code: 'Setup.PackageMissing',
    message: 'the package registry lacks a package of the exact version asked for',
    hint: `Check "npm config get registry"; the public registry has every package of the lockfile. Then ${AGAIN}.`,
  },
]

/** The error for a failed npm run, from what it printed. */
export function fromNpmOutput(step, exitCode, text) {
  const output = text.trimEnd().split('\n').slice(-TAIL_LINES).join('\n')
  const cause = CAUSES.find(({ pattern }) => pattern.test(text))
  if (cause === undefined) {
    const message = `${step}: npm ended with ${exitCode}`
    return new SetupError(
      'Setup.NpmFailed',
      message,
      `Read npm's own words above, then ${AGAIN}.`,
      {
        output,
      },
    )
  }
  return new SetupError(cause.code, `${step}: ${cause.message}`, cause.hint, {
    output,
    exitCode: cause.exitCode,
  })
}
