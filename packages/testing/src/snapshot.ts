import { createHash, randomUUID } from 'node:crypto'
import {
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { hashSources, readSources } from '@ambrosia/chain/compile/readSources'
import { domains } from '@ambrosia/chain/compile/sourceList'
import * as Anvil from '@ambrosia/devnet/Anvil'
import { createPublicClient, http } from 'viem'

/**
 * A chain that was made once and is loaded by every test that needs it, with what its maker said
 * about it.
 */
export type Snapshot<Facts> = { stateFile: string; facts: Facts }

const PACKAGES = fileURLToPath(new URL('../..', import.meta.url))
/** What makes a chain what it is, beside the contracts. */
const MAKERS = ['chain/src/**/*.ts', 'devnet/src/**/*.ts', 'testing/src/**/*.ts']

/**
 * The chain that `make` leaves behind, from the cache where it was made before. A change of a
 * contract, of its deployment or of these helpers makes a new one.
 * @param make works on the empty chain of that URL and returns what those who load it must know:
 * addresses, ids. JSON only
 */
export async function snapshot<Facts>(
  name: string,
  make: (rpcUrl: string) => Promise<Facts>,
): Promise<Snapshot<Facts>> {
  const folder = join(cacheFolder(), `${name}-${await keyOf(name)}`)
  if (!existsSync(folder)) await makeSnapshot(folder, make)
  return {
    stateFile: join(folder, 'state.json'),
    facts: JSON.parse(readFileSync(join(folder, 'facts.json'), 'utf8')) as Facts,
  }
}

/**
 * Made under another name and renamed whole: of several tests at once each makes one, and one of
 * them stays.
 */
async function makeSnapshot(
  folder: string,
  make: (rpcUrl: string) => Promise<unknown>,
): Promise<void> {
  const draft = `${folder}.${randomUUID()}`
  mkdirSync(draft, { recursive: true })
  try {
    const anvil = await Anvil.start({ port: 0, logFile: join(draft, 'chain.log') })
    try {
      const facts = await make(anvil.url)
      const client = createPublicClient({ transport: http(anvil.url) })
      writeFileSync(join(draft, 'state.json'), gunzipSync(await Anvil.dumpState(client)))
      writeFileSync(join(draft, 'facts.json'), JSON.stringify(facts))
    } finally {
      await anvil.stop()
    }
    renameSync(draft, folder)
  } catch (error) {
    rmSync(draft, { recursive: true, force: true })
    if (!existsSync(folder)) throw error
  }
}

async function keyOf(name: string): Promise<string> {
  const hash = createHash('sha256').update(`${name}\n`)
  for (const domain of domains) hash.update(hashSources(domain, await readSources(domain)))
  for (const path of globSync(MAKERS, { cwd: PACKAGES }).sort()) {
    if (!path.endsWith('.test.ts')) hash.update(readFileSync(join(PACKAGES, path)))
  }
  return hash.digest('hex').slice(0, 16)
}

function cacheFolder(): string {
  return join(process.env['AMBROSIA_CACHE'] || join(homedir(), '.cache', 'ambrosia'), 'chains')
}
