declare module 'snarkjs' {
  type Memory = { type: 'mem'; data?: Uint8Array }
  type File = string | Uint8Array | Memory
  type Signals = Record<string, unknown>
  type Logger = Record<'debug' | 'info' | 'warn' | 'error', (text: string) => void>

  /** Decimal numbers as text; G2 coordinates with the real part first; a third coordinate of 1. */
  export type Proof = {
    pi_a: string[]
    pi_b: string[][]
    pi_c: string[]
    protocol: string
    curve: string
  }
  export type VerificationKey = { vk_alpha_1: string[]; nPublic: number } & Record<string, unknown>

  export const wtns: {
    calculate(input: Signals, wasm: File, witness: File): Promise<void>
    check(r1cs: File, witness: File, logger?: Logger): Promise<boolean>
    exportJson(witness: File): Promise<bigint[]>
  }
  export const groth16: {
    prove(
      key: File,
      witness: File,
      logger?: Logger,
      options?: { singleThread?: boolean },
    ): Promise<{ proof: Proof; publicSignals: string[] }>
    verify(key: VerificationKey, publicSignals: readonly string[], proof: Proof): Promise<boolean>
  }
  export const zKey: {
    newZKey(r1cs: File, powersOfTau: File, key: File, logger?: Logger): Promise<unknown>
    contribute(
      from: File,
      to: File,
      name: string,
      entropy: string,
      logger?: Logger,
    ): Promise<unknown>
    beacon(
      from: File,
      to: File,
      name: string,
      hash: string,
      iterations: number,
      logger?: Logger,
    ): Promise<unknown>
    verifyFromR1cs(r1cs: File, powersOfTau: File, key: File, logger?: Logger): Promise<boolean>
    exportVerificationKey(key: File, logger?: Logger): Promise<VerificationKey>
    exportSolidityVerifier(
      key: File,
      templates: { groth16: string },
      logger?: Logger,
    ): Promise<string>
  }
  export const powersOfTau: {
    newAccumulator(curve: unknown, power: number, file: File, logger?: Logger): Promise<unknown>
    contribute(
      from: File,
      to: File,
      name: string,
      entropy: string,
      logger?: Logger,
    ): Promise<unknown>
    beacon(
      from: File,
      to: File,
      name: string,
      hash: string,
      iterations: number,
      logger?: Logger,
    ): Promise<unknown>
    preparePhase2(from: File, to: File, logger?: Logger): Promise<unknown>
    verify(file: File, logger?: Logger): Promise<boolean>
  }
  export const curves: { getCurveFromName(name: string): Promise<{ terminate(): Promise<void> }> }
}
