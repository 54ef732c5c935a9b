import type { Command } from 'commander'
import { register as registerDealCheck } from './dealCheck.ts'
import { register as registerDeidentify } from './deidentify.ts'
import { register as registerDemo } from './demo.ts'
import { register as registerDid } from './did.ts'
import { register as registerIssuer } from './issuer.ts'
import { register as registerMachine } from './machine.ts'
import { register as registerRecordExport } from './recordExport.ts'
import { register as registerSynth } from './synth.ts'

/** Every verb of the launcher; each file registers its own verbs with their help and examples. */
const registrations: readonly ((program: Command) => void)[] = [
  registerDemo,
  registerDid,
  registerIssuer,
  registerMachine,
  registerDealCheck,
  registerRecordExport,
  registerSynth,
  registerDeidentify,
]

export function registerCommands(program: Command): void {
  for (const register of registrations) register(program)
}
