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
import { bytecodeOf, type Context, type Creation, create } from './Step.ts'

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

type AdmissionOptions = {
  accessManager: Address
  oracleRegistry: Address
  stakeBook: Address
  parameters: OracleNetworkParameters
}

/**
 * Admission on evidence, programs, epochs, the quorum of an epoch, and what keeps the registry in
 * step.
 */
export function planAdmission(context: Context, options: AdmissionOptions) {
  const domain = 'admission'
  const { accessManager } = options
  const { measurements, admission, epochs, keeper } = createAdmission(context, options)
  const { quorum, verifier } = createQuorum(context, epochs.address, options.parameters)
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

/** Which programs may be admitted, who is, the epochs they form, and the registry's keeper. */
function createAdmission(
  context: Context,
  { accessManager, oracleRegistry, stakeBook, parameters }: AdmissionOptions,
): Record<'measurements' | 'admission' | 'epochs' | 'keeper', Creation> {
  const domain = 'admission'
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
  return { measurements, admission, epochs, keeper }
}

/** Who counts the signatures of an epoch, and who asks it about a certificate. */
function createQuorum(
  context: Context,
  epochs: Address,
  parameters: OracleNetworkParameters,
): Record<'quorum' | 'verifier', Creation> {
  const quorum = create(
    context,
    'quorum',
    'packedQuorumVerifier',
    encodeDeployData({
      abi: packedQuorumVerifierAbi,
      bytecode: bytecodeOf(context, 'packedQuorumVerifier'),
      args: [epochs],
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
  return { quorum, verifier }
}
