// The circuits that a dispute needs.

/** A circuit by the name that files, keys and the prover use. */
export type CircuitName = 'genesis' | 'step' | 'final'

export const CIRCUITS: readonly CircuitName[] = ['genesis', 'step', 'final']

/** The template that a circuit is an instance of, without parameters. */
export function templateOf(name: CircuitName): string {
  return `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`
}

/** The names of a circuit's public signals, in order: all are outputs of its template. */
export const PUBLIC_SIGNALS: Readonly<Record<CircuitName, readonly string[]>> = {
  genesis: ['programId', 'inputRoot', 'state'],
  step: ['programId', 'before', 'after'],
  final: ['state', 'exitCode', 'outputHigh', 'outputLow'],
}
