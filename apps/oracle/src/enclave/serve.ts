import * as Validation from '@ambrosia/health/Validation'
import { toHex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import * as Keystore from '@ambrosia/service/Keystore'
import { describeError } from '@ambrosia/service/Log'
import { createChannel, remote } from './Channel.ts'
import { createEnclave, type EnclaveParts } from './createEnclave.ts'
import {
  ENCLAVE_NAMES,
  type Enclave,
  type EnclaveSettings,
  OUTSIDE_NAMES,
  type Outside,
} from './Enclave.ts'
import { closeNetwork, closeThreads } from './guard.ts'
import { createJudgePool } from './judging/createJudgePool.ts'
import type { Opening } from './launch.ts'
import { openPlatform, passwordOf } from './platform.ts'

/** Makes another enclave of one, for programs that tests and demonstrations run. */
export type Change = (
  enclave: Enclave,
  inside: { keystore: Keystore.Keystore; settings: EnclaveSettings },
) => Enclave

/**
 * Runs this process as an enclave: one host at standard input and output, nothing else. `change` is
 * for programs that are another enclave, `judgeProgram` for those whose judges are others.
 */
export function serveEnclave(change: Change = (enclave) => enclave, judgeProgram?: URL): void {
  closeNetwork()
  closeThreads()
  const { stdin, stdout } = process
  // What a library prints must not reach the pipe that the host reads.
  console.log = console.error
  console.info = console.error
  let opened: Enclave | undefined
  const open = async (opening: Opening): Promise<void> => {
    if (opened !== undefined) throw new OpenedError()
    opened = await openEnclave(opening, remote<Outside>(channel, OUTSIDE_NAMES), {
      change,
      judgeProgram,
    })
  }
  const named = ENCLAVE_NAMES.map((name) => {
    const call = async (...args: never[]): Promise<unknown> => {
      if (opened === undefined) throw new OpenedError()
      return await (opened[name] as (...values: never[]) => Promise<unknown>)(...args)
    }
    return [name, call] as const
  })
  const channel = createChannel({
    input: stdin,
    output: stdout,
    services: { ...Object.fromEntries(named), open },
    onBroken: () => process.exit(1),
    onUnexpected: (error) => console.error(JSON.stringify(describeError(error))),
  })
  stdin.once('end', () => process.exit(0))
}

async function openEnclave(
  opening: Opening,
  outside: Outside,
  { change, judgeProgram }: { change: Change; judgeProgram: URL | undefined },
): Promise<Enclave> {
  const { settings } = opening
  const validatorHash = toHex(Validation.validatorHash())
  const platform = openPlatform({ mode: settings.mode, validatorHash })
  const sealingKey = platform.sealingKey()
  const place = createPlace(opening.sealed, outside)
  const keystore = await Keystore.open({
    path: place,
    password: sealingKey === undefined ? opening.password : passwordOf(sealingKey),
    hasRandomPassword: sealingKey !== undefined || settings.mode === 'development',
  })
  const { kept } = place
  const parts: EnclaveParts = {
    settings,
    keystore,
    kept,
    platform,
    outside,
    now: Date.now,
    createJudge: (judgeSettings) =>
      createJudgePool({
        settings: judgeSettings,
        outside,
        limits: opening.judging,
        onUnexpected: (text) => console.error(JSON.stringify({ judging: text })),
        program: judgeProgram,
      }).judge,
  }
  return change(await createEnclave(parts), parts)
}

/** The host keeps the text; `kept` waits until it has. */
function createPlace(sealed: string | undefined, outside: Outside) {
  let text = sealed
  let keeping: Promise<void> = Promise.resolve()
  return {
    read: () => text,
    write: (next: string) => {
      text = next
      const before = keeping
      keeping = before.then(() => outside.keep(next))
      // Whoever waits by `kept` is told.
      keeping.catch(() => {})
    },
    kept: () => keeping,
  }
}

export class OpenedError extends AmbrosiaError {
  constructor() {
    super('Enclave.Opened', 'an enclave is opened once, and then works')
  }
}
