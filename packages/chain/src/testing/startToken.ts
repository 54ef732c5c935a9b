import type { TestContext } from 'node:test'
import { createPublicClient, encodeDeployData, http, parseEther } from 'viem'
import { sendTransaction } from 'viem/actions'
import { medTokenAbi } from '../abi/token/index.generated.ts'
import { loadArtifacts } from '../compile/artifacts.ts'
import { firstAccount as holder } from './marks.ts'
import { startAnvil } from './startAnvil.ts'

/** A token of which the first account has 100 whole ones. */
export async function startToken(t: TestContext) {
  const transport = http(await startAnvil(t))
  const client = createPublicClient({ transport, cacheTime: 0, pollingInterval: 20 })
  const { medToken } = await loadArtifacts({ domains: ['token'] })
  const data = encodeDeployData({
    abi: medTokenAbi,
    bytecode: medToken!.bytecode,
    args: [holder.address, parseEther('100')],
  })
  const hash = await sendTransaction(client, { account: holder, data, chain: null })
  const { contractAddress } = await client.waitForTransactionReceipt({ hash })
  return { client, token: { address: contractAddress!, abi: medTokenAbi } as const }
}
