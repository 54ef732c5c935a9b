import type { Readable, Writable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import * as Wire from './wire.ts'

/** What one side does for the other, by name. Only these can be called. */
export type Services = Readonly<Record<string, (...args: never[]) => Promise<unknown>>>

export type Channel = {
  call(name: string, args: readonly unknown[]): Promise<unknown>
  /** Ends every call under way with Enclave.Ended. */
  end(): void
}

/** Largest message: a piece of a sealed record, or a submission, with room. */
const MAXIMUM_LINE_CHARACTERS = 32 * 1024 * 1024
/** Calls under way in one direction. */
const MAXIMUM_PENDING = 1024

type Message =
  | { kind: 'call'; id: number; name: string; args: unknown[] }
  | { kind: 'done'; id: number; value: unknown }
  | { kind: 'failed'; id: number; code: string; message: string; hint: string | undefined }

/**
 * Calls in both directions over two pipes, a line each. Errors of ours cross with code, message and
 * hint, others as Enclave.Failed and nothing of what they say. `onBroken` is told once when the
 * other side sends what can't be read.
 */
export function createChannel(options: {
  input: Readable
  output: Writable
  services: Services
  onBroken: (error: AmbrosiaError) => void
  /** Told of errors that are not ours, of which nothing crosses. */
  onUnexpected: (error: unknown) => void
}): Channel {
  const { input, output } = options
  const pending = new Map<number, { done(value: unknown): void; failed(error: Error): void }>()
  let nextId = 1
  let isEnded = false
  const send = (message: Message): void => {
    if (!isEnded) output.write(`${Wire.encode(message)}\n`)
  }
  const end = (): void => {
    isEnded = true
    for (const { failed } of pending.values()) failed(new EndedError())
    pending.clear()
  }
  const onLine = (line: string): void => {
    const message = readMessage(Wire.decode(line))
    if (message.kind === 'call') {
      void answer(message, options).then(send)
      return
    }
    const waiting = pending.get(message.id)
    pending.delete(message.id)
    if (message.kind === 'done') waiting?.done(message.value)
    else waiting?.failed(new AmbrosiaError(message.code, message.message, { hint: message.hint }))
  }
  readLines(input, onLine, (error) => {
    end()
    options.onBroken(error)
  })
  input.once('close', end)
  output.once('error', end)
  return {
    call: (name, args) => {
      if (isEnded) return Promise.reject(new EndedError())
      if (pending.size >= MAXIMUM_PENDING) return Promise.reject(new BusyError())
      const id = nextId++
      return new Promise((done, failed) => {
        pending.set(id, { done, failed })
        send({ kind: 'call', id, name, args: [...args] })
      })
    },
    end,
  }
}

/** The other side's services as an object; `names` are all that it has. */
export function remote<T extends object>(
  channel: Channel,
  names: readonly (keyof T & string)[],
): T {
  return Object.fromEntries(
    names.map((name) => [name, (...args: unknown[]) => channel.call(name, args)]),
  ) as T
}

async function answer(
  { id, name, args }: Message & { kind: 'call' },
  { services, onUnexpected }: { services: Services; onUnexpected: (error: unknown) => void },
): Promise<Message> {
  try {
    const service = Object.hasOwn(services, name) ? services[name] : undefined
    if (service === undefined) throw new Wire.MalformedError()
    return { kind: 'done', id, value: await service(...(args as never[])) }
  } catch (error) {
    if (!(error instanceof AmbrosiaError)) {
      onUnexpected(error)
      const message = 'a call over the border of the enclave failed'
      return { kind: 'failed', id, code: 'Enclave.Failed', message, hint: undefined }
    }
    const { code, message, hint } = error
    return { kind: 'failed', id, code, message, hint }
  }
}

function readMessage(value: unknown): Message {
  const message = value as Partial<Record<string, unknown>> | null
  if (typeof message !== 'object' || message === null) throw new Wire.MalformedError()
  const { kind, id, name, args, code } = message
  if (!Number.isSafeInteger(id)) throw new Wire.MalformedError()
  const isCall = kind === 'call' && typeof name === 'string' && Array.isArray(args)
  const isFailure =
    kind === 'failed' && typeof code === 'string' && typeof message['message'] === 'string'
  if (!isCall && !isFailure && kind !== 'done') throw new Wire.MalformedError()
  return message as Message
}

function readLines(
  input: Readable,
  onLine: (line: string) => void,
  onBroken: (error: AmbrosiaError) => void,
): void {
  const decoder = new StringDecoder('utf8')
  let parts: string[] = []
  let size = 0
  const onData = (chunk: Buffer): void => {
    const pieces = decoder.write(chunk).split('\n')
    try {
      for (const [index, piece] of pieces.entries()) {
        parts.push(piece)
        size += piece.length
        if (size > MAXIMUM_LINE_CHARACTERS) throw new Wire.MalformedError()
        if (index === pieces.length - 1) break
        const line = parts.join('')
        parts = []
        size = 0
        onLine(line)
      }
    } catch (error) {
      input.off('data', onData)
      onBroken(error instanceof AmbrosiaError ? error : new Wire.MalformedError())
    }
  }
  input.on('data', onData)
}

export class EndedError extends AmbrosiaError {
  constructor() {
    super('Enclave.Ended', 'the enclave has ended', { hint: 'Try again when it is up again.' })
  }
}

export class BusyError extends AmbrosiaError {
  constructor() {
    super('Enclave.Busy', 'too many calls wait for the enclave')
  }
}
