import type { Verdict } from '@ambrosia/exchange/certify/certify'
import type { SubmissionBody } from '@ambrosia/exchange/SubmissionBody'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import type { Address } from 'viem'
import type { Outside } from '../Enclave.ts'

/** What a judgement needs of its enclave, the same for all. */
export type JudgeSettings = {
  chainId: number
  dealBook: Address
  self: { operator: Address; keyId: string; epoch: number; privateKey: Uint8Array }
  validatorHash: `0x${string}`
}

/** A submission that is to be judged, with the secret of its deal's epoch. */
export type JudgeJob = { body: SubmissionBody; tagSecret: Uint8Array }

/** @throws as `certify`, Judging.* */
export type Judge = (job: JudgeJob) => Promise<Verdict>

/** What a judgement may ask of the host. */
export const ASKED_NAMES = [
  'findDeal',
  'dealStatus',
  'personCount',
  'isRecordSettled',
  'resolveDid',
  'statusLists',
  'openSealed',
  'readSealed',
] as const satisfies readonly (keyof Outside)[]

export type Asked = Pick<Outside, (typeof ASKED_NAMES)[number]>

/** An error of ours as it crosses; of any other nothing crosses. */
export type CrossingError = { code: string; message: string; hint: string | undefined }

/** To a thread: one job at a time, and answers to what it asked. */
export type ToThread =
  | { kind: 'job'; job: JudgeJob }
  | { kind: 'answer'; id: number; value: unknown }
  | { kind: 'refusal'; id: number; error: CrossingError }

export type FromThread =
  | { kind: 'ready' }
  | { kind: 'ask'; id: number; name: string; args: unknown[] }
  | { kind: 'verdict'; verdict: Verdict }
  | { kind: 'failed'; error: CrossingError; unexpected?: string }

/** `unexpected` is the stack of an error that is not ours, for the log: never its message. */
export function toCrossing(error: unknown): { error: CrossingError; unexpected?: string } {
  if (error instanceof AmbrosiaError) {
    const { code, message, hint } = error
    return { error: { code, message, hint } }
  }
  const message = 'a judgement failed'
  const { name = 'unknown', stack = '' } = error instanceof Error ? error : {}
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line))
  return {
    error: { code: 'Enclave.Failed', message, hint: undefined },
    unexpected: [name, ...frames].join('\n'),
  }
}

export function fromCrossing({ code, message, hint }: CrossingError): AmbrosiaError {
  return new AmbrosiaError(code, message, { hint })
}

export class BusyError extends AmbrosiaError {
  constructor() {
    super('Judging.Busy', 'too many submissions wait to be judged', {
      hint: 'Send the submission again in half a minute; its nonce is not used up.',
    })
  }
}

export class TimedOutError extends AmbrosiaError {
  constructor(deadlineMs: number) {
    super('Judging.TimedOut', `judging took more than ${deadlineMs / 1000} seconds`, {
      hint: 'Offer a smaller record; a deal whose criteria take this long can’t be sold to.',
    })
  }
}

export class OutOfMemoryError extends AmbrosiaError {
  constructor(memoryMb: number) {
    super('Judging.OutOfMemory', `judging took more than ${memoryMb} MB of memory`, {
      hint: 'Offer a smaller record; a deal whose criteria take this much can’t be sold to.',
    })
  }
}

export class EndedError extends AmbrosiaError {
  constructor() {
    super('Judging.Ended', 'the thread that judged this submission has ended', {
      hint: 'Send the submission again.',
    })
  }
}
