import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { readNamed } from '../../namedFiles.ts'
import { UsageError } from '../../output.ts'
import { createVerifier } from '../verifyFiles.ts'

/** A delivery as it was collected, and the record that it proves. */
export type ProvenDelivery = { recordId: string; bundle: Uint8Array; proof: Uint8Array }

/**
 * The deliveries of these Bundles with the proofs beside them, each checked: what is handed on with
 * a proof must be what the proof speaks of.
 * @throws Cli.Usage where one has no proof, what a check refuses
 */
export async function proofsOf(files: readonly string[]): Promise<ProvenDelivery[]> {
  const pairs = files.map((bundleFile) => {
    const proofFile = join(dirname(bundleFile), basename(bundleFile).replace('bundle', 'proof'))
    if (proofFile === bundleFile || !existsSync(proofFile))
      throw new UsageError(
        `${bundleFile} has no proof beside it`,
        'Give Bundles as ambrosia consumer collect wrote them, or leave --proofs out.',
      )
    return { bundleFile, proofFile }
  })
  const verify = await createVerifier({ offline: false })
  const deliveries = new Map<string, ProvenDelivery>()
  for (const pair of pairs) {
    const { proof } = await verify(pair)
    deliveries.set(`${proof.dealId} ${proof.recordId}`, {
      recordId: proof.recordId,
      bundle: readNamed(pair.bundleFile),
      proof: readNamed(pair.proofFile),
    })
  }
  return [...deliveries.values()]
}
