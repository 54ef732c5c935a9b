import { curves } from 'snarkjs'

/** Ends the threads that snarkjs keeps between proofs, which keep the process alive. */
export async function endThreads(): Promise<void> {
  const curve = await curves.getCurveFromName('bn128')
  await curve.terminate()
}
