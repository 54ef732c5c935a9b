import type { Command } from 'commander'
import { printJson } from '../../output.ts'
import { addLoadOptions, type LoadOptions, load, stepCount, toHash } from './load.ts'

/** `ambrosia machine witness`. */
export function define(verb: Command): void {
  addLoadOptions(verb)
    .requiredOption('--step <n>', 'the step from state n to state n + 1', stepCount)
    .addHelpText('after', '\nExample:\n  ambrosia machine witness hello.elf --step 7 > step.json')
    .action((path: string, options: LoadOptions & { step: bigint }) => witness(path, options))
}

async function witness(path: string, options: LoadOptions & { step: bigint }): Promise<void> {
  const { machine, Machine } = await load(path, options)
  const [Step, State, WitnessJson] = await Promise.all([
    import('@ambrosia/machine/Step'),
    import('@ambrosia/machine/State'),
    import('@ambrosia/machine/WitnessJson'),
  ])
  const { step } = options
  const found = await Machine.witness(machine, step)
  const after = Step.apply(found)
  printJson({
    step: Number(step),
    witness: WitnessJson.fromWitness(found),
    after: WitnessJson.fromState(after),
    stateHash: toHash(State.hash(found.state)),
    nextStateHash: toHash(State.hash(after)),
  })
}
