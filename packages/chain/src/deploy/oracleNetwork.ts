import { type Address, encodeDeployData } from 'viem'
import {
  oracleAdmissionAbi,
  oracleEpochsAbi,
  oracleMeasurementsAbi,
  registryKeeperAbi,
} from '../abi/admission/index.generated.ts'
import {
  networkCertificateVerifierAbi,
  packedQuorumVerifierAbi,
} from '../abi/quorum/index.generated.ts'
import { stakeBookAbi } from '../abi/stake/index.generated.ts'
import { assignFunctions, grantRole } from './access.ts'
import type { OracleNetworkParameters } from './oracleNetworkParameters.ts'
import { bytecodeOf, type Context, create } from './Step.ts'

/** The stake behind oracles. Comes before the registry, whose power it is. */
export function planStake(
  context: Context,
  options: {
    accessManager: Address
    medToken: Address
    treasury: Address
    parameters: OracleNetworkParameters
  },
) {
  const domain = 'stake'
  const { accessManager, medToken, treasury, parameters } = options
  const book = create(
    context,
    domain,
    'stakeBook',
    encodeDeployData({
      abi: stakeBookAbi,
      bytecode: bytecodeOf(context, 'stakeBook'),
      args: [
        accessManager,
        medToken,
        {
          unbondingPeriod: parameters.unbondingSec,
          slashWindow: parameters.slashWindowSec,
          powerCap: parameters.powerCap,
          leastSelfStake: parameters.leastSelfStake,
          treasury,
        },
      ],
    }),
  )
  return {
    contracts: { stakeBook: book.address },
    steps: [
      book.step,
      assignFunctions({
        domain,
        accessManager,
        target: book.address,
        abi: stakeBookAbi,
        functions: ['slash', 'jail', 'strikeOff'],
        role: 'stakePenalties',
      }),
    ],
  }
}

/**
 * Admission on evidence, programs, epochs, the quorum of an epoch, and what keeps the registry in
 * step.
 */
export function planAdmission(
  context: Context,
  options: {
    accessManager: Address
    oracleRegistry: Address
    stakeBook: Address
    parameters: OracleNetworkParameters
  },
) {
  const domain = 'admission'
  const { accessManager, oracleRegistry, stakeBook, parameters } = options
  const measurements = create(
    context,
    domain,
    'oracleMeasurements',
    encodeDeployData({
      abi: oracleMeasurementsAbi,
      bytecode: bytecodeOf(context, 'oracleMeasurements'),
      args: [accessManager],
    }),
  )
  const admission = create(
    context,
    domain,
    'oracleAdmission',
    encodeDeployData({
      abi: oracleAdmissionAbi,
      bytecode: bytecodeOf(context, 'oracleAdmission'),
      args: [
        accessManager,
        measurements.address,
        stakeBook,
        {
          founders: parameters.founders,
          quorumCountBps: parameters.quorumBps,
          quorumPowerBps: parameters.quorumBps,
          evidenceLife: parameters.evidenceLifeSec,
        },
      ],
    }),
  )
  const epochs = create(
    context,
    domain,
    'oracleEpochs',
    encodeDeployData({
      abi: oracleEpochsAbi,
      bytecode: bytecodeOf(context, 'oracleEpochs'),
      args: [
        admission.address,
        oracleRegistry,
        BigInt(parameters.epochLengthSec),
        BigInt(parameters.epochGraceSec),
      ],
    }),
  )
  const keeper = create(
    context,
    domain,
    'registryKeeper',
    encodeDeployData({
      abi: registryKeeperAbi,
      bytecode: bytecodeOf(context, 'registryKeeper'),
      args: [admission.address, oracleRegistry],
    }),
  )
  const quorum = create(
    context,
    'quorum',
    'packedQuorumVerifier',
    encodeDeployData({
      abi: packedQuorumVerifierAbi,
      bytecode: bytecodeOf(context, 'packedQuorumVerifier'),
      args: [epochs.address],
    }),
  )
  const verifier = create(
    context,
    'quorum',
    'networkCertificateVerifier',
    encodeDeployData({
      abi: networkCertificateVerifierAbi,
      bytecode: bytecodeOf(context, 'networkCertificateVerifier'),
      args: [quorum.address, BigInt(parameters.certificatePowerBps)],
    }),
  )
  const assign = { domain, accessManager }
  return {
    contracts: {
      oracleMeasurements: measurements.address,
      oracleAdmission: admission.address,
      oracleEpochs: epochs.address,
      registryKeeper: keeper.address,
      packedQuorumVerifier: quorum.address,
      networkCertificateVerifier: verifier.address,
    },
    steps: [
      measurements.step,
      admission.step,
      epochs.step,
      keeper.step,
      quorum.step,
      verifier.step,
      assignFunctions({
        ...assign,
        target: measurements.address,
        abi: oracleMeasurementsAbi,
        functions: ['allow', 'sunset'],
        role: 'oraclePrograms',
      }),
      assignFunctions({
        ...assign,
        target: admission.address,
        abi: oracleAdmissionAbi,
        functions: ['admitFounder'],
        role: 'oracleFounding',
      }),
      grantRole(accessManager, 'oracleAdmission', keeper.address),
    ],
  }
}
