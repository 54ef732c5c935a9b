declare module 'circomlibjs' {
  type Poseidon = {
    (inputs: readonly bigint[]): unknown
    F: { toObject(value: unknown): bigint }
  }
  /** The straightforward form, constants as published. */
  export function buildPoseidonReference(): Promise<Poseidon>
  /** The fast form, whose field is WebAssembly. */
  export function buildPoseidon(): Promise<Poseidon>
}
