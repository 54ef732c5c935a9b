import { join } from 'node:path'
import type { Alone } from '@ambrosia/devnet/l2/startAlone'
import { chainPlaces } from '@ambrosia/devnet/leaks/places/chain'
import { filePlaces } from '@ambrosia/devnet/leaks/places/files'
import type { Place } from '@ambrosia/devnet/leaks/places/Place'
import { bytesSecret } from '@ambrosia/devnet/leaks/secrets'
import { fromHex, type Hex } from '@ambrosia/primitives/Bytes'
import type { Address } from 'viem'
import type { Stage } from '../frame/Stage.ts'
import type { Sent, User } from './Users.ts'

/** Looks on L1, and in what the nodes log, for what happened on L2. */
export async function searchL1(
  stage: Pick<Stage<object>, 'keepSecret' | 'searchForLeaks' | 'home'>,
  { ground, user, sent, token }: { ground: Alone; user: User; sent: Sent; token: Address },
): Promise<void> {
  const keep = (kind: string, values: Iterable<Hex>) => {
    for (const value of values) stage.keepSecret(bytesSecret(kind, fromHex(value)))
  }
  keep('account', [user.account.address, token, ...sent.recipients])
  // The first words of a call are an account and a selector; the whole is looked for, and the
  // account above.
  keep('call', sent.calldata)
  keep('transaction', sent.raw)
  // Balances in storage are the amounts, without their leading zeros.
  keep('balance', sent.amounts.map(minimalHex))
  const blocks = await Promise.all(
    [...new Set(sent.receipts.map(({ blockNumber }) => blockNumber))].map((blockNumber) =>
      user.client.getBlock({ blockNumber }),
    ),
  )
  keep(
    'block',
    blocks.flatMap(({ hash, stateRoot, transactionsRoot }) => [hash, stateRoot, transactionsRoot]),
  )
  await stage.searchForLeaks({
    places: placesOf(ground, stage.home),
    where: 'L1 and the logs of the nodes',
    whoSawIt: 'members all · L1 commitments, signatures, times and what is deposited and withdrawn',
  })
}

async function* placesOf({ l1 }: Alone, home: string): AsyncGenerator<Place> {
  yield* chainPlaces(l1)
  yield* filePlaces(join(home, 'logs'), home)
}

function minimalHex(value: bigint): Hex {
  const digits = value.toString(16)
  return `0x${digits.length % 2 === 0 ? '' : '0'}${digits}`
}
