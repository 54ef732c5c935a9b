import { existsSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Command } from 'commander'
import { EXIT, show, UsageError } from '../output.ts'
import { whileWaiting } from '../whileWaiting.ts'
import type { ConsentState } from './verifyFiles.ts'

type Options = { proof?: string; offline: boolean }

/** `ambrosia verify`: checks delivered Bundles without trusting an oracle. */
export function define(verify: Command): void {
  verify
    .argument('<path>', 'the delivered Bundle, or its proof, or a folder of both')
    .option(
      '--proof <file>',
      'the proof; default: the file beside the Bundle with "proof" in its name',
    )
    .option(
      '--offline',
      "believe the issuer's DID document in the proof instead of asking the chain",
      false,
    )
    .addHelpText(
      'after',
      `
Of a folder every file with "bundle" in its name is checked against the one with "proof" instead;
one that is refused, or has no other half, makes the exit code 1. A revoked consent is said and changes no exit code: the data is what was signed.

Examples:
  ambrosia verify .ambrosia/delivered/bundle.json
  ambrosia verify bundle.json --proof proof.json --offline
  ambrosia verify delivered

With --json: {"version":1,"ok":true,"resourceCount":56,"issuer":"did:ambrosia:…","issuerKey":"chain","deal":"0x…","record":"0x…","chainId":31337,"isOfThisNetwork":true,"consent":"inForce"}
Of a folder: {"version":1,"ok":false,"verified":[{"file":"….bundle.json","record":"0x…","deal":"0x…","issuer":"did:ambrosia:…","issuerKey":"chain","consent":"inForce","resources":56}],"refused":[{"file":"…","code":"Delivery.Changed","message":"…"}],"records":1,"resources":56}`,
    )
    .action(async (path: string, options: Options, command: Command) => {
      if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true)
        return await verifyOne(path, options, command)
      if (options.proof !== undefined)
        throw new UsageError('--proof belongs to one Bundle, and a folder was named')
      const { verifyFolder } = await import('./verifyFolder.ts')
      const { lines, ...result } = await verifyFolder(path, options)
      const ok = result.refused.length === 0
      if (!ok) process.exitCode = EXIT.failed
      show(command, { ok, ...result }, lines)
    })
}

/** What became of the consent, and what that asks of whoever has the data. */
const CONSENT: Readonly<Record<ConsentState, string>> = {
  inForce: 'the consent is in force',
  ended: 'the consent has ended: stop using the record and delete it',
  revoked: 'the consent was revoked: stop using the record and delete it',
  undone: 'the consent was revoked and the payment went back: stop using the record and delete it',
  unknown:
    'whether the consent is still in force is not known here: no chain that has it was asked',
}

async function verifyOne(file: string, options: Options, command: Command): Promise<void> {
  const { bundleFile, proofFile } = filesOf(file, options.proof)
  for (const path of [bundleFile, proofFile]) {
    if (!existsSync(path))
      throw new UsageError(`there is no file ${path}`, 'Name the Bundle, and its proof by --proof.')
  }
  const { createVerifier } = await import('./verifyFiles.ts')
  const verify = await createVerifier(options)
  const { verified, proof, place, consent } = await whileWaiting('checking', () =>
    verify({ bundleFile, proofFile }),
  )
  const { chainId, dealBook, dealId: deal, recordId: record } = proof
  const isHere = place === 'here'
  const network = {
    none: '',
    here: ', the one of this home',
    elsewhere: ', not the one of this home, which does not know the record',
  }
  show(
    command,
    { ...verified, deal, record, chainId, dealBook, isOfThisNetwork: isHere, consent },
    [
      `${verified.resourceCount} resources, each signed by ${verified.issuer}`,
      `for deal ${proof.dealId} and consumer ${proof.consumer}`,
      `of the network with chain ${proof.chainId} and DealBook ${proof.dealBook}${network[place]}`,
      verified.issuerKey === 'chain'
        ? "issuer's key read from the chain"
        : "issuer's key taken from the proof, since no chain that knows it was asked: compare the DID document with one you trust",
      CONSENT[consent],
    ],
  )
}

function filesOf(
  file: string,
  proof: string | undefined,
): { bundleFile: string; proofFile: string } {
  const name = basename(file)
  if (name.includes('proof') && proof === undefined) {
    return { bundleFile: join(dirname(file), name.replace('proof', 'bundle')), proofFile: file }
  }
  return {
    bundleFile: file,
    proofFile: proof ?? join(dirname(file), name.replace('bundle', 'proof')),
  }
}
