declare module 'ffjavascript' {
  /** The curve BN254 in WebAssembly; `true` keeps it on the calling thread. */
  export function buildBn128(singleThread?: boolean): Promise<{
    tm: {
      memory: WebAssembly.Memory
      instance: WebAssembly.Instance
      pG1gen: number
      pG2gen: number
    }
    terminate(): Promise<void>
  }>
}
