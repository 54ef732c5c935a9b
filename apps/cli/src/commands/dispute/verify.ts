import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import type { Command } from 'commander'
import { readNamedJson } from '../../namedFiles.ts'
import { show } from '../../output.ts'

/** `ambrosia dispute verify`. */
export function define(verb: Command): void {
  verb
    .argument('<file>', 'a proof that `ambrosia dispute prove` wrote')
    .addHelpText('after', '\nExample:\n  ambrosia dispute verify step.json')
    .action(verify)
}

async function verify(path: string, _options: object, command: Command): Promise<void> {
  const proof = readNamedJson(path)
  if (typeof proof !== 'object' || proof === null) throw new ProofRefusedError()
  const { startProver } = await import('@ambrosia/dispute/process/Prover')
  const prover = startProver({ onProgress: (line) => process.stderr.write(`${line}\n`) })
  try {
    if (!(await prover.verify(proof))) throw new ProofRefusedError()
  } finally {
    await prover.stop()
  }
  const { publicSignals, keys } = proof as { publicSignals: string[]; keys: string }
  show(command, { publicSignals, keys }, [
    `the proof holds for ${publicSignals.join(' ')}`,
    ...(keys === 'development' ? ['its keys are development keys, which prove anything'] : []),
  ])
}

export class ProofRefusedError extends AmbrosiaError {
  constructor() {
    super('Dispute.ProofRefused', 'the proof does not hold', {
      hint: 'Ask whoever gave you the file to prove the step again.',
    })
  }
}
