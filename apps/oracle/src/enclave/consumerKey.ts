import { PURPOSES } from '@ambrosia/credentials/DidAmbrosia'
import * as Keys from '@ambrosia/credentials/Keys'
import type { OracleChain } from '../chain.ts'
import { CHANGE_DELAY_SEC } from '../versionsAt.ts'

/**
 * The consumer's keyAgreement key in force: that of the newest version at least a day old, else of
 * the first version; none when the present version names none or the DID is deactivated (protocol
 * section 8).
 */
export function keyInForce(
  versions: Awaited<ReturnType<OracleChain['didVersions']>>,
  nowSec: bigint,
): { fragment: string; publicKey: Uint8Array } | undefined {
  const present = versions.at(-1)
  if (!present || present.deactivated || keyOf(present) === undefined) return undefined
  const settled = versions.filter((version) => version.timeSec + CHANGE_DELAY_SEC <= nowSec).at(-1)
  return keyOf(settled ?? (versions[0] as (typeof versions)[number]))
}

function keyOf(version: {
  methods: readonly { fragment: string; purposes: number; multikey: Uint8Array }[]
}) {
  for (const method of version.methods) {
    if ((method.purposes & PURPOSES.keyAgreement) === 0) continue
    const key = Keys.fromMulticodec(method.multikey)
    if (key.type === 'X25519') return { fragment: method.fragment, publicKey: key.bytes }
  }
  return undefined
}
