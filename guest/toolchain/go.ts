import { spawnSync } from 'node:child_process'
import { GuestError } from './errors.ts'

/** The only Go release the overlay is written for. */
export const goVersion = 'go1.26.8'

/** What a build needs to know of the installed toolchain. */
export type Toolchain = { goRoot: string }

/**
 * The release that is installed, `go1.26.8` for instance; undefined if there is no `go`. Fetches
 * nothing.
 */
export function installedGo(): string | undefined {
  const result = spawnSync('go', ['env', 'GOVERSION'], {
    env: goEnvironment({ GOTOOLCHAIN: 'local' }),
    encoding: 'utf8',
  })
  return result.status === 0 ? result.stdout.trim() : undefined
}

/**
 * Finds the pinned release. Another `go` fetches it by itself where it can (GOTOOLCHAIN,
 * https://go.dev/doc/toolchain).
 * @throws Guest.Toolchain
 */
export function requireToolchain(): Toolchain {
  if (installedGo() === undefined) {
    throw new GuestError('Guest.Toolchain', 'there is no `go` on the PATH', {
      hint: `Install ${goVersion} from https://go.dev/dl. The programs in examples/machine/go/bin run without Go.`,
    })
  }
  const names = ['env', 'GOVERSION', 'GOROOT']
  const [version, goRoot] = runGo(names, { environment: {} }).trim().split('\n')
  if (version === goVersion && goRoot !== undefined) return { goRoot }
  throw new GuestError(
    'Guest.Toolchain',
    `guests are built with ${goVersion}, not with ${version}`,
    {
      hint: `Install ${goVersion} from https://go.dev/dl.`,
    },
  )
}

/** Runs `go` and returns its standard output; its messages become the error's. */
export function runGo(
  args: readonly string[],
  options: { directory?: string; environment: Readonly<Record<string, string>> },
): string {
  const result = spawnSync('go', args, {
    ...(options.directory === undefined ? {} : { cwd: options.directory }),
    env: goEnvironment(options.environment),
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  })
  if (result.status === 0) return result.stdout
  const message = result.error?.message ?? result.stderr.trim()
  throw new GuestError('Guest.Compile', `go ${args.slice(0, 2).join(' ')} failed:\n${message}`, {
    hint: message.includes('non-integer register')
      ? 'The built-in min and max of floats do not compile in software floating point: use math.Min and math.Max.'
      : 'Correct the Go source; if modules are missing, check that GOPROXY can be reached.',
    cause: result.error,
  })
}

/**
 * Only what finds the toolchain, its caches and the proxy: nothing else of the caller's settings
 * reaches a build.
 */
function goEnvironment(extra: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const kept = [
    'PATH',
    'HOME',
    'USERPROFILE',
    'TMPDIR',
    'GOPROXY',
    'GONOSUMDB',
    'GONOSUMCHECK',
    'GOSUMDB',
    'GOMODCACHE',
    'GOPATH',
    'GOCACHE',
    'HTTPS_PROXY',
    'https_proxy',
    'NO_PROXY',
    'no_proxy',
    'SSL_CERT_FILE',
  ]
  const environment: NodeJS.ProcessEnv = {
    GOTOOLCHAIN: goVersion,
    GOWORK: 'off',
    GOFLAGS: '',
    GOENV: 'off',
  }
  for (const name of kept) {
    const value = process.env[name]
    if (value !== undefined) environment[name] = value
  }
  return { ...environment, ...extra }
}
