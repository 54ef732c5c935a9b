import {
  oracleAdmissionAbi,
  oracleEpochsAbi,
  registryKeeperAbi,
} from '@ambrosia/chain/abi/admission'
import { dutyJudgeAbi, equivocationJudgeAbi, penaltyDeskAbi } from '@ambrosia/chain/abi/evidence'
import { packedQuorumVerifierAbi } from '@ambrosia/chain/abi/quorum'
import { stakeBookAbi } from '@ambrosia/chain/abi/stake'
import { medTokenAbi } from '@ambrosia/chain/abi/token'
import { contractOf } from '@ambrosia/chain/Network'
import type { Ground } from '../frame/startGround.ts'

/** The contracts of the oracle network, each with its ABI. */
export type Contracts = ReturnType<typeof contractsOf>

export function contractsOf({ network }: Ground) {
  const at = (name: string) => contractOf(network.file, name)
  return {
    admission: { address: at('oracleAdmission'), abi: oracleAdmissionAbi },
    epochs: { address: at('oracleEpochs'), abi: oracleEpochsAbi },
    keeper: { address: at('registryKeeper'), abi: registryKeeperAbi },
    stake: { address: at('stakeBook'), abi: stakeBookAbi },
    token: { address: at('medToken'), abi: medTokenAbi },
    equivocation: { address: at('equivocationJudge'), abi: equivocationJudgeAbi },
    duties: { address: at('dutyJudge'), abi: dutyJudgeAbi },
    quorum: { address: at('packedQuorumVerifier'), abi: packedQuorumVerifierAbi },
    desk: { address: at('penaltyDesk'), abi: penaltyDeskAbi },
  } as const
}
