import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { KeyType, PublicKey } from '@ambrosia/credentials/Keys'
import { type Command, Option } from 'commander'
import { printJson, UsageError } from '../output.ts'

const KEY_TYPES: readonly KeyType[] = ['Ed25519', 'X25519', 'P-256', 'secp256k1', 'BLS12-381-G2']

/** `ambrosia did`: decentralized identifiers. */
export function register(program: Command): void {
  const did = program
    .command('did')
    .description('Make, show and resolve decentralized identifiers.')
  registerKey(did)
  registerFixtures(did)
}

function registerKey(did: Command): void {
  did
    .command('key')
    .description('Show the document of a did:key, or make a new key with its did:key.')
    .argument('[did]', 'a did:key to show')
    .addOption(new Option('--type <type>', 'kind of a new key').choices(KEY_TYPES))
    .option('--out <file>', 'file for the new secret key; it must not exist')
    .addHelpText(
      'after',
      `
Examples:
  ambrosia did key --type Ed25519 --out holder-key.json
  ambrosia did key did:key:z6MkehRgf7yJbgaGfYsdoAsKdBPE3dj2CYhowQdcjqSJgvVd`,
    )
    .action(
      async (
        shown: string | undefined,
        options: { type?: KeyType; out?: string },
        command: Command,
      ) => {
        const DidKey = await import('@ambrosia/credentials/DidKey')
        const result =
          shown === undefined
            ? await createKey(options)
            : { did: shown, document: DidKey.toDidDocument(shown) }
        if (command.optsWithGlobals<{ json?: boolean }>().json === true) {
          printJson({ ok: true, ...result })
        } else if (shown === undefined) {
          process.stdout.write(`${result.did}\n`)
        } else {
          process.stdout.write(`${JSON.stringify(result.document, null, 2)}\n`)
        }
      },
    )
}

async function createKey(options: { type?: KeyType; out?: string }) {
  const { type = 'Ed25519', out } = options
  if (out === undefined) {
    throw new UsageError(
      'a new key needs a file for its secret',
      'Add --out FILE, or name the did:key to show.',
    )
  }
  const DidKey = await import('@ambrosia/credentials/DidKey')
  const { toBase64url } = await import('@ambrosia/primitives/Bytes')
  const { secretKey, publicKey } = await freshKey(type)
  const did = DidKey.fromPublicKey(publicKey)
  const content = { version: 1, did, type, secretKey: toBase64url(secretKey) }
  await writeNew(out, `${JSON.stringify(content, null, 2)}\n`)
  return { did, document: DidKey.toDidDocument(did), file: out }
}

async function freshKey(type: KeyType): Promise<{ secretKey: Uint8Array; publicKey: PublicKey }> {
  const Keys = await import('@ambrosia/credentials/Keys')
  const { random } = await import('@ambrosia/primitives/Bytes')
  return Keys.create(type, random)
}

/** Writes a file that only its owner reads; an existing one is never replaced. */
async function writeNew(path: string, content: string): Promise<void> {
  try {
    await writeFile(path, content, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if ((error as { code?: string }).code === 'EEXIST') {
      throw new UsageError(`${path} exists already`, 'Name another file; keys are never replaced.')
    }
    throw error
  }
}

function registerFixtures(did: Command): void {
  did
    .command('fixtures')
    .description('Write documents and resolutions in the form of the W3C DID Core test suite.')
    .requiredOption('--out <dir>', 'folder to write to')
    .addHelpText(
      'after',
      `
The files go to packages/did-core-test-server/suites/implementations of github.com/w3c/did-test-suite and are named in
the default.js of its suites.

Example:
  ambrosia did fixtures --out fixtures`,
    )
    .action(async (options: { out: string }, command: Command) => {
      const { didCoreFixtures } = await import('@ambrosia/credentials/didCoreFixtures')
      const fixtures = await didCoreFixtures()
      await mkdir(options.out, { recursive: true })
      const files: string[] = []
      for (const [name, content] of Object.entries(fixtures)) {
        const path = join(options.out, name)
        await writeFile(path, `${JSON.stringify(content, null, 2)}\n`)
        files.push(path)
      }
      if (command.optsWithGlobals<{ json?: boolean }>().json === true)
        printJson({ ok: true, files })
      else for (const file of files) process.stdout.write(`${file}\n`)
    })
}
