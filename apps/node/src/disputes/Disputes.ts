import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Seat } from '@ambrosia/dispute/ClaimBook'
import { createMailbox, type Mailbox } from '@ambrosia/dispute/Mailbox'
import type { MoveStore } from '@ambrosia/dispute/Player'
import { moveFiles } from '@ambrosia/dispute/process/moveFiles'
import { type Prover, ProverEndedError, startProver } from '@ambrosia/dispute/process/Prover'
import { hasCode } from '@ambrosia/primitives/Errors'
import type { L2Network } from '@ambrosia/rollup/network/L2Network'
import type { LocalAccount, PublicClient } from 'viem'
import type { Sender } from '../l1/createSender.ts'
import { guestProgram } from './guestProgram.ts'
import { createPackages, type Packages } from './Packages.ts'
import { createRuns, type Runs } from './Runs.ts'

/** What a node has for disputes over its network's assertions. */
export type Disputes = {
  seat: Seat
  packages: Packages
  runs: Runs
  /** Moves, before they are sent. */
  moves: MoveStore
  /** What this node claims or will claim, by the answer: what a crash must not lose. */
  claims: MoveStore
  mailbox: Mailbox
  prove: Prover['prove']
  /** The node claims what is not so, to show what becomes of that. */
  lies: boolean
  close(): Promise<void>
}

/** Undefined where members decide. */
export function openDisputes(options: {
  network: L2Network
  client: PublicClient
  account: LocalAccount
  send: Sender
  /** The node's own. */
  folder: string
  lies: boolean
}): Disputes | undefined {
  const { network, client, account, send, lies } = options
  if (network.decidedBy !== 'dispute') return undefined
  const folder = join(options.folder, 'disputes')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const packages = createPackages(join(folder, 'packages'))
  const runs = createRuns(packages, guestProgram)
  // Few games come to a proof, so the prover starts with the first.
  let prover: Prover | undefined
  let isClosed = false
  return {
    seat: {
      chainId: network.rules.l1ChainId,
      claimBook: network.contracts.resolver,
      fromBlock: BigInt(network.fromBlock),
      client,
      account,
      send,
    },
    packages,
    runs,
    moves: moveFiles(join(folder, 'moves')),
    claims: moveFiles(join(folder, 'claims')),
    mailbox: createMailbox(),
    prove: async (circuit, input) => {
      if (isClosed) throw new ProverEndedError(null)
      const used = prover ?? startProver()
      prover = used
      return used.prove(circuit, input).catch((error: unknown) => {
        // One that died is started again for the next proof.
        if (hasCode(error, 'Prover.Ended') && prover === used) prover = undefined
        throw error
      })
    },
    lies,
    async close() {
      isClosed = true
      await runs.close()
      await prover?.stop()
    },
  }
}

/** The node's disputes. A network whose members decide has none. */
export function disputesOf({ disputes }: { disputes: Disputes | undefined }): Disputes {
  if (disputes === undefined) throw new Error('this network has no disputes')
  return disputes
}
