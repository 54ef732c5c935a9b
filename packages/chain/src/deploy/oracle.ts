import { type Address, encodeDeployData } from 'viem'
import { oracleRegistryAbi } from '../abi/oracle/index.generated.ts'
import { assignFunctions } from './access.ts'
import { bytecodeOf, type Context, create } from './Step.ts'

/**
 * The registry of oracle operators, and where their power is read from: their stake, where there is
 * one.
 */
export function planOracle(
  context: Context,
  { accessManager, stakeBook }: { accessManager: Address; stakeBook?: Address | undefined },
) {
  const domain = 'oracle'
  const power = create(context, domain, 'oraclePower', bytecodeOf(context, 'oraclePower'))
  const registry = create(
    context,
    domain,
    'oracleRegistry',
    encodeDeployData({
      abi: oracleRegistryAbi,
      bytecode: bytecodeOf(context, 'oracleRegistry'),
      args: [accessManager, stakeBook ?? power.address],
    }),
  )
  const assign = { domain, accessManager, target: registry.address, abi: oracleRegistryAbi }
  return {
    contracts: { oracleRegistry: registry.address, oraclePower: power.address },
    steps: [
      power.step,
      registry.step,
      assignFunctions({
        ...assign,
        functions: ['admit', 'suspend', 'retireMeasurement'],
        role: 'oracleAdmission',
      }),
      assignFunctions({ ...assign, functions: ['setPower'], role: 'oraclePower' }),
    ],
  }
}
