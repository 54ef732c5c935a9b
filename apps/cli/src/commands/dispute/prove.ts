import type { Command } from 'commander'
import { readNamed, writeNamed } from '../../namedFiles.ts'
import { show } from '../../output.ts'
import { addLoadOptions, type LoadOptions, stepCount } from '../machine/load.ts'

type Options = LoadOptions & { step: bigint; out: string }

/** `ambrosia dispute prove`. */
export function define(verb: Command): void {
  addLoadOptions(verb)
    .requiredOption('--step <n>', 'the step from state n to state n + 1', stepCount)
    .requiredOption('--out <file>', 'where the proof goes')
    .addHelpText('after', '\nExample:\n  ambrosia dispute prove hello.elf --step 7 --out step.json')
    .action(prove)
}

async function prove(path: string, options: Options, command: Command): Promise<void> {
  const [{ fromElf }, { openRun }, InputPackage, { startProver }, { random }] = await Promise.all([
    import('@ambrosia/machine/Program'),
    import('@ambrosia/dispute/Run'),
    import('@ambrosia/dispute/InputPackage'),
    import('@ambrosia/dispute/process/Prover'),
    import('@ambrosia/primitives/Bytes'),
  ])
  const [{ hashPool }, { treeCache }] = await Promise.all([
    import('@ambrosia/dispute/process/hashPool'),
    import('@ambrosia/dispute/process/treeCache'),
  ])
  const program = fromElf(readNamed(path), { excludeCodeFromMemory: !options.textInMemory })
  const input = options.input === undefined ? new Uint8Array(0) : readNamed(options.input)
  const pack = InputPackage.create(input, random)
  const run = await openRun(program, pack, { hashPool: hashPool(), cache: treeCache() })
  const prover = startProver({ onProgress: (line) => process.stderr.write(`${line}\n`) })
  try {
    const proof = await prover.prove('step', await run.stepInput(options.step))
    writeNamed(options.out, `${JSON.stringify(proof)}\n`)
    const [programId, before, after] = proof.publicSignals
    const { witness, proof: proving } = proof.milliseconds
    const result = { step: Number(options.step), programId, before, after, keys: proof.keys }
    show(command, { ...result, milliseconds: witness + proving, file: options.out }, [
      `program      ${programId}`,
      `before       ${before}`,
      `after        ${after}`,
      `${options.out}: proven in ${((witness + proving) / 1000).toFixed(1)} s with ${proof.keys} keys`,
    ])
  } finally {
    await prover.stop()
  }
}
