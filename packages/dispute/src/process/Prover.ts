// The program that proves, as a process: it is under another licence, so nothing is imported from
// it.

import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import type { Hex } from 'viem'
import type { CircuitName } from '../decide.ts'

/** A proof as the prover writes it. */
export type ProofFile = {
  version: number
  circuit: CircuitName
  circuitHash: string
  keys: 'development' | 'ceremony'
  publicSignals: Hex[]
  proof: { a: Hex[]; b: Hex[][]; c: Hex[] }
  milliseconds: { witness: number; proof: number }
}

/** What keys the prover has of a circuit. */
export type CircuitKeys = { name: CircuitName; kind: string; verifier: string; constraints: number }

export type Prover = {
  /** @throws Prover.* with the prover's own code */
  prove(circuit: CircuitName, input: object): Promise<ProofFile>
  verify(proof: object): Promise<boolean>
  keys(): Promise<CircuitKeys[]>
  stop(): Promise<void>
}

const ROOT = join(import.meta.dirname, '../../../..')

/** Sets up the packages of the prover where they are missing, then serves. */
const COMMAND = [
  join(ROOT, 'scripts/setup.mjs'),
  ...['run', '--group', 'circuits', 'circuits/prover.ts', 'serve'],
]

type Waiting = { resolve: (result: unknown) => void; reject: (error: Error) => void }
type Response = {
  id: number
  ok: boolean
  result?: unknown
  error?: { code: string; message: string; hint: string }
}

/**
 * Starts the prover of this repository. It makes development keys where there are none, which takes
 * a while once.
 */
export function startProver(options: { onProgress?: (line: string) => void } = {}): Prover {
  const child = spawn(process.execPath, COMMAND, { cwd: ROOT, stdio: ['pipe', 'pipe', 'pipe'] })
  const waiting = new Map<number, Waiting>()
  let next = 0
  let ended: Error | undefined
  const end = (error: Error) => {
    ended ??= error
    for (const { reject } of waiting.values()) reject(ended)
    waiting.clear()
  }
  createInterface({ input: child.stderr }).on('line', (line) => options.onProgress?.(line))
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { id, ok, result, error } = JSON.parse(line) as Response
    const found = waiting.get(id)
    waiting.delete(id)
    if (ok) found?.resolve(result)
    else found?.reject(new ProverError(error ?? { code: 'Failed', message: 'failed', hint: '' }))
  })
  child.on('error', end)
  const closed = new Promise<void>((done) => child.once('close', () => done()))
  child.once('close', (code) => end(new ProverEndedError(code)))
  // A request that a dead process can't take is answered by `close`.
  child.stdin.on('error', () => {})
  const ask = (request: object): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (ended !== undefined) {
        reject(ended)
        return
      }
      const id = next++
      waiting.set(id, { resolve, reject })
      child.stdin.write(`${JSON.stringify({ id, ...request })}\n`)
    })
  return {
    prove: async (circuit, input) => (await ask({ method: 'prove', circuit, input })) as ProofFile,
    verify: async (input) => ((await ask({ method: 'verify', input })) as { ok: boolean }).ok,
    keys: async () => ((await ask({ method: 'keys' })) as { circuits: CircuitKeys[] }).circuits,
    stop: async () => {
      child.stdin.end()
      await closed
    },
  }
}

export class ProverError extends AmbrosiaError {
  constructor({ code, message, hint }: { code: string; message: string; hint: string }) {
    super(`Prover.${code.replace(/^Circuits\./, '')}`, message, { hint })
  }
}

export class ProverEndedError extends AmbrosiaError {
  constructor(code: number | null) {
    super('Prover.Ended', `the prover ended with code ${code}`, {
      hint: 'Run `npm run circuits` and see what it says.',
    })
  }
}
