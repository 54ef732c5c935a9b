import type { Command } from 'commander'
import { register as registerConsumer } from './consumer.ts'
import { register as registerDeal } from './deal.ts'
import { register as registerDealCheck } from './dealCheck.ts'
import { register as registerDeidentify } from './deidentify.ts'
import { register as registerDemo } from './demo.ts'
import { register as registerDid } from './did.ts'
import { register as registerDidChain } from './didChain.ts'
import { register as registerIssuer } from './issuer.ts'
import { register as registerIssuerRecords } from './issuerRecords.ts'
import { register as registerKeys } from './keys.ts'
import { register as registerMachine } from './machine.ts'
import { register as registerNetwork } from './network.ts'
import { register as registerOracle } from './oracle.ts'
import { register as registerRecord } from './record.ts'
import { register as registerRecordExport } from './recordExport.ts'
import { register as registerRelay } from './relay.ts'
import { register as registerSynth } from './synth.ts'
import { register as registerVerify } from './verify.ts'

/** Every verb of the launcher; each file registers its own verbs with their help and examples. */
const registrations: readonly ((program: Command) => void)[] = [
  registerDemo,
  registerNetwork,
  registerKeys,
  registerDid,
  registerDidChain,
  registerIssuer,
  registerIssuerRecords,
  registerDeal,
  registerDealCheck,
  registerRecord,
  registerRecordExport,
  registerConsumer,
  registerOracle,
  registerRelay,
  registerVerify,
  registerSynth,
  registerDeidentify,
  registerMachine,
]

export function registerCommands(program: Command): void {
  for (const register of registrations) register(program)
}
