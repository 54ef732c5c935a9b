import type { Hex } from 'viem'

/** What the command line of `ambrosia deploy` says. */
export type DeployFlags = {
  rpc: string
  plan: boolean
  execute: boolean
  verifyBytecode?: boolean
  account?: string
  deployer?: Hex
  development: boolean
  admin?: Hex
  tokenHolder?: Hex
  supply: string
  oracleAdmission?: Hex
  oraclePower?: Hex
  tokenListing?: Hex
  oracleNetwork: boolean
  dispute: boolean
  recipient: string[]
  receiptQuorum?: number
  label?: string
  factory?: Hex
  writeNetwork: boolean
}
