import { type Address, concatHex, getContractAddress, getCreate2Address, type Hex } from 'viem'
import { getCode } from 'viem/actions'
import type { Artifacts } from '../Artifact.ts'
import { reach } from '../errors.ts'
import type { Reader } from '../read/Deployed.ts'
import type { RawCall } from '../send.ts'

/** What every domain's part of a deployment is made from. */
export type Context = {
  artifacts: Artifacts
  /** The account that deploys, and administers until it hands over. */
  deployer: Address
  /** Deploys by CREATE2, so that an address follows from code and arguments; see `Factory.ts`. */
  factory: Address
  /** 32 bytes; another salt gives another deployment of the same code. */
  salt: Hex
}

/** One transaction of a deployment. Whether it is done is read from the chain, never remembered. */
export type Step = {
  domain: string
  /** What it does: `create dealBook`. */
  name: string
  call: RawCall
  /** The contract that stands after it. */
  creates?: Address
  /** @throws Chain.Unreachable */
  isDone(client: Reader): Promise<boolean>
}

/** A contract to create, and the step that does. */
export type Creation = { address: Address; step: Step }

/**
 * A contract at the address that follows from its code and constructor arguments.
 * @param creationCode code with the arguments behind it, as viem's `encodeDeployData` gives it
 */
export function create(
  { factory, salt }: Context,
  domain: string,
  name: string,
  creationCode: Hex,
): Creation {
  const address = getCreate2Address({ from: factory, salt, bytecode: creationCode })
  const step: Step = {
    domain,
    name: `create ${name}`,
    call: { to: factory, data: concatHex([salt, creationCode]) },
    creates: address,
    isDone: (client) => hasCode(client, address),
  }
  return { address, step }
}

/** The address of the contract that a constructor creates as its `index`th, from 1. */
export function createdBy(creator: Address, index: number): Address {
  return getContractAddress({ from: creator, nonce: BigInt(index) })
}

/**
 * A call that changes a contract, done when `isDone` reads so; before the contract stands it is
 * not.
 */
export function configure(
  domain: string,
  name: string,
  call: RawCall & { to: Address },
  isDone: (client: Reader) => Promise<boolean>,
): Step {
  return {
    domain,
    name,
    call,
    isDone: async (client) =>
      (await hasCode(client, call.to)) && (await reach(() => isDone(client))),
  }
}

/** The creation code of a contract. */
export function bytecodeOf({ artifacts }: Context, name: string): Hex {
  const artifact = artifacts[name]
  if (artifact === undefined) throw new Error(`no artifact is called ${name}`)
  return artifact.bytecode
}

/** @throws Chain.Unreachable */
export async function hasCode(client: Reader, address: Address): Promise<boolean> {
  return (await reach(() => getCode(client, { address }))) !== undefined
}
