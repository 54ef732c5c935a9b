import type { Command } from 'commander'
import { printJson, UsageError, wantsJson } from '../../output.ts'
import { addLoadOptions, type LoadOptions, load, stepCount } from './load.ts'

/** Steps that one trace shows at most. */
const TRACE_LIMIT = 100_000n

type Options = LoadOptions & { from: bigint; to: bigint }

/** `ambrosia machine trace`. */
export function define(verb: Command): void {
  addLoadOptions(verb)
    .requiredOption('--from <n>', 'first step', stepCount)
    .requiredOption('--to <m>', 'the step to stop before', stepCount)
    .addHelpText('after', '\nExample:\n  ambrosia machine trace hello.elf --from 0 --to 20')
    .action((path: string, options: Options, command: Command) =>
      trace(path, options, wantsJson(command)),
    )
}

type TraceLine = {
  step: number
  pc: number
  instruction: string
  register?: number
  value?: string
  status?: string
}

async function trace(path: string, options: Options, json: boolean): Promise<void> {
  const { from, to } = options
  if (to < from || to - from > TRACE_LIMIT) {
    throw new UsageError(`--to must lie 0 to ${TRACE_LIMIT} steps behind --from`)
  }
  const { machine, Machine } = await load(path, options)
  const { instructionAt } = await import('@ambrosia/machine/Program')
  const { toText } = await import('@ambrosia/machine/Instruction')
  const lines: TraceLine[] = []
  Machine.stepTo(machine, from)
  let registers = Machine.registers(machine)
  for (let step = from; step < to && Machine.status(machine) === 'running'; step++) {
    const pc = Machine.pc(machine)
    Machine.run(machine, step + 1n)
    const after = Machine.registers(machine)
    const register = after.findIndex((value, index) => value !== registers[index])
    const status = Machine.status(machine)
    const line: TraceLine = {
      step: Number(step),
      pc,
      instruction: toText(instructionAt(machine.program, pc)),
      ...(register < 0 ? {} : { register, value: `0x${(after[register] ?? 0n).toString(16)}` }),
      ...(status === 'running' ? {} : { status }),
    }
    registers = after
    if (json) lines.push(line)
    else process.stdout.write(`${toTraceText(line)}\n`)
  }
  if (json) printJson({ ok: true, steps: lines })
}

function toTraceText({ step, pc, instruction, register, value, status }: TraceLine): string {
  const change = register === undefined ? '' : `x${register} = ${value}`
  const place = `${String(step).padStart(10)}  ${pc.toString(16).padStart(8, '0')}`
  return `${place}  ${instruction.padEnd(32)}  ${status ?? change}`.trimEnd()
}
