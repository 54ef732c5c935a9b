import { spawnSync } from 'node:child_process'
import { GuestError } from './errors.ts'

/** The only Go release the overlay is written for. */
export const goVersion = 'go1.26.8'

/** What a build needs to know of the installed toolchain. */
export type Toolchain = { goRoot: string }

/**
 * Finds Go and asserts the pinned release. A newer `go` fetches the pinned one by itself (GOTOOLCHAIN,
 * https://go.dev/doc/toolchain); undefined if there is no `go` at all.
 */
export function findToolchain(): Toolchain | undefined {
  if (spawnSync('go', ['version'], { env: goEnvironment({}), stdio: 'ignore' }).error !== undefined)
    return undefined
  const [version, goRoot] = runGo(['env', 'GOVERSION', 'GOROOT'], { environment: {} })
    .trim()
    .split('\n')
  if (version !== goVersion || goRoot === undefined) {
    throw new GuestError(
      'Guest.Toolchain',
      `guests are built with ${goVersion}, but \`go\` is ${version}`,
      {
        hint: `Install ${goVersion} from https://go.dev/dl, or let a newer go fetch it (GOTOOLCHAIN).`,
      },
    )
  }
  return { goRoot }
}

/** The same, where Go must be present. */
export function requireToolchain(): Toolchain {
  const toolchain = findToolchain()
  if (toolchain !== undefined) return toolchain
  throw new GuestError('Guest.Toolchain', 'there is no `go` on the PATH', {
    hint: `Install ${goVersion} from https://go.dev/dl. The example ELF files in examples/machine/go/bin need no Go.`,
  })
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
    hint: 'Correct the Go source; if modules are missing, check that GOPROXY can be reached.',
    cause: result.error,
  })
}

/** Only what finds the toolchain, its caches and the proxy: nothing else of the caller's settings reaches a build. */
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
