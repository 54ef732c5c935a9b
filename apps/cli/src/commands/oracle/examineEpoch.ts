import { oracleEpochsAbi } from '@ambrosia/chain/abi/admission'
import { contractOf } from '@ambrosia/chain/Network'
import * as OracleSet from '@ambrosia/exchange/quorum/OracleSet'
import { fromHex } from '@ambrosia/primitives/Bytes'
import { type Hex, isAddressEqual } from 'viem'
import { time } from '../../figures.ts'
import type { Session } from '../../Session.ts'
import type { Finding } from './Finding.ts'

/** Whether an operator belongs to the present epoch, and when the next one may begin. */
export async function examineEpoch({ chain, network }: Session, operator: Hex): Promise<Finding> {
  const { client } = chain
  const epochs = { address: contractOf(network, 'oracleEpochs'), abi: oracleEpochsAbi } as const
  const epoch = await client.readContract({ ...epochs, functionName: 'currentEpoch' })
  if (epoch === 0n)
    return {
      ok: false,
      what: 'no epoch has begun yet',
      next: 'The first begins once the founders are admitted.',
    }
  const [{ set, startsAt }, length] = await Promise.all([
    client.readContract({ ...epochs, functionName: 'epochOf', args: [epoch] }),
    client.readContract({ ...epochs, functionName: 'epochLength' }),
  ])
  const members = OracleSet.decode(fromHex((await client.getCode({ address: set })) ?? '0x'))
  const ok = members.some((member) => isAddressEqual(member.operator, operator))
  return {
    ok,
    what: `it belongs to epoch ${epoch}: ${ok ? 'yes' : 'no'}`,
    next: `The next epoch takes it in; it may begin from ${time(Number(startsAt + length))} on, or sooner where an oracle of the present one no longer counts.`,
  }
}
