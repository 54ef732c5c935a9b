import { stakeBookAbi } from '@ambrosia/chain/abi/stake'
import { contractOf } from '@ambrosia/chain/Network'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { accountOf, openSession, type Session } from '../../Session.ts'

/** A session with the stake of the network. */
export type StakeSession = Session & {
  account: ReturnType<typeof accountOf>
  book: { address: `0x${string}`; abi: typeof stakeBookAbi }
  medToken: `0x${string}`
}

/** @throws Stake.NotHere in a network whose oracles are admitted by a role */
export async function openStake(key: string): Promise<StakeSession> {
  const session = await openSession()
  if (!Object.hasOwn(session.network.contracts, 'stakeBook')) throw new NotHereError()
  return {
    ...session,
    account: accountOf(session, key),
    book: { address: contractOf(session.network, 'stakeBook'), abi: stakeBookAbi },
    medToken: contractOf(session.network, 'medToken'),
  }
}

export class NotHereError extends AmbrosiaError {
  constructor() {
    super('Stake.NotHere', 'this network has no stake: its oracles are admitted by a role', {
      hint: 'Start one that has: ambrosia up --oracle-network',
    })
  }
}
