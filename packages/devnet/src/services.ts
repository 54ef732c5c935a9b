import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Program, serviceUrl } from './Program.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

/** A service of ours as a program of the network in `home`. */
export function serviceProgram(
  { name, port }: { name: string; port: number },
  { home, statusPeriodSec }: { home: string; statusPeriodSec: number },
): Program {
  return {
    name,
    run: { node: join(appFolder(name), 'main.ts') },
    env: {
      AMBROSIA_HOME: home,
      AMBROSIA_ENV: 'development',
      AMBROSIA_NAME: name,
      AMBROSIA_PORT: String(port),
      AMBROSIA_STATUS_PERIOD: String(statusPeriodSec),
      AMBROSIA_POLL_MS: '250',
      // Nobody waits a day for the counts of a network that was made a minute ago.
      AMBROSIA_COUNTS_PERIOD: '2',
      NODE_NO_WARNINGS: '1',
      // Half of a service's start is compiling what it imports.
      NODE_COMPILE_CACHE:
        process.env['NODE_COMPILE_CACHE'] ?? join(homedir(), '.cache', 'ambrosia', 'compiled'),
    },
    readyUrl: serviceUrl,
    healthPath: '/health',
    restart: 'always',
  }
}

/** Folders whose change is a change of a service: its own sources and those of every package. */
export function sourceFolders(name: string): string[] {
  return [appFolder(name), join(ROOT, 'packages')]
}

/** `oracle-1` is the app `oracle`. */
function appFolder(name: string): string {
  return join(ROOT, 'apps', name.replace(/-\d+$/, ''), 'src')
}
