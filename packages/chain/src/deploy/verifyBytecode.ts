import type { Address, Hex } from 'viem'
import { getCode } from 'viem/actions'
import type { Artifact, Artifacts } from '../Artifact.ts'
import { reach } from '../errors.ts'
import type { Reader } from '../read/Deployed.ts'

/** What stands at an address, against what the sources compile to. */
export type Verdict = {
  name: string
  address: Address
  state: 'same' | 'different' | 'absent'
  /**
   * Bytes of the code, and how many of them are immutables, whose values are not part of the
   * comparison.
   */
  bytes: number
  immutableBytes: number
  /** First byte that differs. */
  differsAt?: number
}

/**
 * Compares the runtime code of every contract, immutables masked, with that of the artifacts.
 * @throws Chain.Unreachable
 */
export async function verifyBytecode(
  client: Reader,
  artifacts: Artifacts,
  contracts: Readonly<Record<string, Address>>,
): Promise<Verdict[]> {
  const verdicts: Verdict[] = []
  for (const [name, address] of Object.entries(contracts)) {
    const artifact = artifacts[name]
    if (artifact === undefined) continue
    const code = await reach(() => getCode(client, { address }))
    verdicts.push({ name, address, ...compare(artifact, code) })
  }
  return verdicts
}

function compare(
  { runtime, immutables }: Artifact,
  code: Hex | undefined,
): Omit<Verdict, 'name' | 'address'> {
  const immutableBytes = immutables.reduce((sum, { length }) => sum + length, 0)
  const bytes = runtime.length / 2 - 1
  if (code === undefined) return { state: 'absent', bytes, immutableBytes }
  const found = masked(code, immutables)
  if (found === runtime) return { state: 'same', bytes, immutableBytes }
  let differsAt = 0
  const byteOf = (text: string) => text.slice(2 + 2 * differsAt, 4 + 2 * differsAt)
  while (byteOf(found) === byteOf(runtime)) differsAt++
  return { state: 'different', bytes, immutableBytes, differsAt }
}

/** Code with zeroes where immutables stand, as the compiler leaves it. */
function masked(code: Hex, immutables: Artifact['immutables']): string {
  const parts: string[] = []
  let end = 2
  for (const { start, length } of [...immutables].sort((one, other) => one.start - other.start)) {
    parts.push(code.slice(end, 2 + 2 * start), '00'.repeat(length))
    end = 2 + 2 * (start + length)
  }
  return `0x${parts.join('')}${code.slice(end)}`
}
