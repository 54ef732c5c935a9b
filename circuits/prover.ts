/**
 * Proves and verifies the statements of a dispute, as a program of its own: what needs a proof
 * calls it, and imports nothing of it.
 *
 *   node circuits/prover.ts prove   CIRCUIT [--in FILE] [--out FILE] [--keys DIR]   a witness to a proof
 *   node circuits/prover.ts verify          [--in FILE] [--keys DIR]                a proof to {"ok": true|false}
 *   node circuits/prover.ts signals CIRCUIT [--in FILE]                             a witness to its public signals, without a proof
 *   node circuits/prover.ts keys    [--keys DIR]                                    what keys there are, and the files of each
 *   node circuits/prover.ts serve   [--keys DIR]                                    many of these, a line of JSON each
 *
 * CIRCUIT is genesis, step or final; witnesses are the JSON of docs/spec/machine.md, section 10.
 * Without --in and --out, standard input and output. `serve` reads {"id", "method":
 * "prove"|"verify"|"signals"|"keys", "circuit"?, "input"?} and writes {"id", "ok": true, "result"}
 * or {"id", "ok": false, "error": {code, message, hint}}, in the order of the requests. Exit codes:
 * 0 done, 1 refused or failed, 2 usage.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { parseArgs } from 'node:util'
import { CIRCUITS, type CircuitName } from './lib/circuits.ts'
import { CircuitError } from './lib/errors.ts'
import { type CircuitKeys, ensureKeys } from './lib/keys.ts'
import {
  computeWitness,
  type Input,
  type Proof,
  prove,
  publicSignals,
  verify,
} from './lib/prove.ts'

type Request = { id: unknown; method: string; circuit?: string; input?: unknown }
type Keys = Record<CircuitName, CircuitKeys>

const USAGE =
  'usage: node circuits/prover.ts prove|verify|signals|keys|serve [genesis|step|final] [--in FILE] [--out FILE] [--keys DIR]\n'
const { values, positionals } = parseArgs({
  options: { in: { type: 'string' }, out: { type: 'string' }, keys: { type: 'string' } },
  allowPositionals: true,
})
const [method, circuit] = positionals

// The curve's threads would keep the process alive, so the end is explicit, behind what was
// written.
const code = await main()
process.stdout.write('', () => process.exit(code))

async function main(): Promise<number> {
  const isKnown = ['prove', 'verify', 'signals', 'keys', 'serve'].includes(method ?? '')
  if (!isKnown || positionals.length > 2) {
    process.stderr.write(USAGE)
    return 2
  }
  try {
    const keys = await ensureKeys({
      keys: values.keys ?? process.env['AMBROSIA_CIRCUIT_KEYS'],
      isProduction: process.env['AMBROSIA_ENV'] === 'production',
      progress: (step) => process.stderr.write(`circuits  ${step}\n`),
    })
    if (method === 'serve') return await serve(keys)
    const input = method === 'keys' ? undefined : parse(await readInput())
    const result = await answer(keys, {
      id: 0,
      method: method as string,
      circuit: circuit ?? '',
      input,
    })
    const line = `${JSON.stringify(result)}\n`
    if (values.out === undefined) process.stdout.write(line)
    else writeFileSync(values.out, line)
    return method === 'verify' && !(result as { ok: boolean }).ok ? 1 : 0
  } catch (error) {
    const { code, message, hint } = describe(error)
    process.stderr.write(`error ${code}: ${message}\n  ${hint}\n`)
    return 1
  }
}

async function serve(keys: Keys): Promise<number> {
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
    if (line.trim() === '') continue
    let id: unknown = null
    let response: object
    try {
      const request = parse(line) as Request | null
      if (typeof request !== 'object' || request === null) throw inputError('no request was sent')
      id = request.id ?? null
      response = { id, ok: true, result: await answer(keys, request) }
    } catch (error) {
      response = { id, ok: false, error: describe(error) }
    }
    process.stdout.write(`${JSON.stringify(response)}\n`)
  }
  return 0
}

async function answer(keys: Keys, { method, circuit, input }: Request): Promise<object> {
  if (method === 'keys') return { version: 1, circuits: CIRCUITS.map((name) => keys[name]) }
  if (typeof input !== 'object' || input === null) throw inputError('no JSON object was sent')
  if (method === 'verify') {
    const proof = input as Proof
    return { version: 1, ok: await verify(keysOf(keys, proof.circuit), proof) }
  }
  const chosen = keysOf(keys, circuit)
  if (method === 'prove') return await prove(chosen, input as Input)
  if (method !== 'signals') throw inputError('there is no such method')
  const signals = publicSignals(chosen.name, computeWitness(chosen, input as Input))
  return { version: 1, publicSignals: signals.map((value) => `0x${value.toString(16)}`) }
}

function keysOf(keys: Keys, name: string | undefined): CircuitKeys {
  const found = CIRCUITS.find((known) => known === name)
  if (found === undefined) throw inputError('there is no such circuit')
  return keys[found]
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch (cause) {
    throw inputError('what was sent is not JSON', cause)
  }
}

function readInput(): string | Promise<string> {
  return values.in === undefined ? text(process.stdin) : readFileSync(values.in, 'utf8')
}

function inputError(message: string, cause?: unknown): CircuitError {
  return new CircuitError('Circuits.Input', message, USAGE.trim(), cause)
}

/** Other errors' messages may hold parts of a witness, so they stay inside. */
function describe(error: unknown): { code: string; message: string; hint: string } {
  if (error instanceof CircuitError) {
    return { code: error.code, message: error.message, hint: error.hint }
  }
  const name = error instanceof Error ? error.name : 'error'
  const hint = 'Run the same command again; report it with its circuit when it stays.'
  return { code: 'Circuits.Failed', message: `the prover failed (${name})`, hint }
}
