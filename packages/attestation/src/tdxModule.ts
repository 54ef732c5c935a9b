import { type Hex, toHex } from '@ambrosia/primitives/Bytes'
import type { TcbStatus } from './Policy.ts'
import { RefusedError } from './Refusal.ts'

type Body = { teeTcbSvn: Uint8Array; mrSignerSeam: Uint8Array; seamAttributes: Uint8Array }
type Module = { mrsigner: string; attributes: string; attributesMask: string }
type Identity = Module & {
  id: string
  tcbLevels: { tcb: { isvsvn: number }; tcbStatus: TcbStatus }[]
}
type TcbInfo = { tdxModule?: Module; tdxModuleIdentities?: Identity[] }

/**
 * That Intel's TDX module guards the enclave, in a version that counts. Byte 1 of TEE_TCB_SVN is
 * the module's major version, byte 0 its security version; the signed TCB information lists the
 * identity of each major version.
 */
export function assertTdxModule(
  body: Body,
  tcbInfo: TcbInfo,
  statuses: readonly TcbStatus[],
): void {
  const [version = 0, major = 0] = body.teeTcbSvn
  const id = `TDX_${major.toString(16).padStart(2, '0')}`
  const identity = tcbInfo.tdxModuleIdentities?.find(
    (each) => each.id.toUpperCase() === id.toUpperCase(),
  )
  const module = major === 0 ? tcbInfo.tdxModule : identity
  if (module === undefined) throw new RefusedError('PlatformRefused', `unknown TDX module ${id}`)
  const isSigner = toHex(body.mrSignerSeam) === hex(module.mrsigner)
  if (!isSigner || !hasAttributes(body.seamAttributes, module)) {
    throw new RefusedError('PlatformRefused', 'the TDX module is not the one that Intel lists')
  }
  if (identity === undefined) return
  const level = identity.tcbLevels.find(({ tcb }) => tcb.isvsvn <= version)
  if (level === undefined || !statuses.includes(level.tcbStatus)) {
    throw new RefusedError('TcbRefused', `the TDX module is ${level?.tcbStatus ?? 'unknown'}`)
  }
}

function hasAttributes(actual: Uint8Array, module: Module): boolean {
  const mask = BigInt(hex(module.attributesMask))
  return (BigInt(toHex(actual)) & mask) === (BigInt(hex(module.attributes)) & mask)
}

function hex(digits: string): Hex {
  return `0x${digits.toLowerCase()}`
}
