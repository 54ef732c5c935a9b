import { writeFile } from 'node:fs/promises'
import type { KeyType, PublicKey } from '@ambrosia/credentials/Keys'
import { type Command, Option } from 'commander'
import { show, UsageError } from '../../output.ts'

const KEY_TYPES: readonly KeyType[] = ['Ed25519', 'X25519', 'P-256', 'secp256k1', 'BLS12-381-G2']

type Options = { type?: KeyType; out?: string }

/** `ambrosia did key`. */
export function define(key: Command): void {
  key
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
    .action(async (did: string | undefined, options: Options, command: Command) => {
      if (did === undefined) {
        const created = await createKey(options)
        show(command, created, [created.did])
        return
      }
      const DidKey = await import('@ambrosia/credentials/DidKey')
      const document = DidKey.toDidDocument(did)
      show(command, { did, document }, [JSON.stringify(document, null, 2)])
    })
}

async function createKey(options: Options) {
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

/** Writes a file that only its owner reads; never replaces one that exists. */
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
