// Runs Solidity tests as often as it is asked to: loading Hardhat takes longer than most runs. It
// is sent a list of files and answers with the counts. Started by scripts/contracts/openSuites.ts
// in the contracts workspace, with the environment that hardhat.config.ts reads.
import { join } from 'node:path'
import { createHardhatRuntimeEnvironment, importUserConfig } from 'hardhat/hre'

type Ran = { suiteResults: { testResults: { status: string }[] }[] }
type Result = { success: true; value: Ran } | { success: false; error: Ran }

const config = join(process.cwd(), 'hardhat.config.ts')
const runtime = await createHardhatRuntimeEnvironment(
  await importUserConfig(config),
  { config },
  process.cwd(),
)

process.on('message', async (testFiles: string[]) => {
  const task = runtime.tasks.getTask(['test', 'solidity'])
  const result = (await task.run({ testFiles, noCompile: true })) as Result
  const { suiteResults } = result.success ? result.value : result.error
  const statuses = suiteResults.flatMap(({ testResults }) => testResults.map((one) => one.status))
  const count = (status: string): number => statuses.filter((one) => one === status).length
  process.send?.({ pass: count('Success'), fail: count('Failure') })
})
process.send?.('ready')
