// Gas of what holders of DIDs pay for.
import { it } from 'node:test'
import { keccak256, toHex } from 'viem'
import { didRegistryAbi } from './abi/identity/index.generated.ts'
import { loadArtifacts } from './compile/artifacts.ts'
import { assertGas } from './testing/assertGas.ts'
import { network } from './testing/network.ts'

it('gas stays as recorded', async () => {
  const { viem } = await network.create()
  const client = await viem.getPublicClient()
  const [, wallet] = await viem.getWalletClients()
  const { didRegistry } = await loadArtifacts({ domains: ['identity'] })
  const deployed = await wallet!.sendTransaction({ data: didRegistry!.bytecode })
  const { contractAddress } = await client.getTransactionReceipt({ hash: deployed })
  const document = {
    controller: wallet!.account.address,
    verificationMethods: [
      { fragment: 'key-1', purposes: 3, multikey: toHex(new Uint8Array(34).fill(7)) },
      { fragment: 'key-2', purposes: 4, multikey: toHex(new Uint8Array(34).fill(8)) },
    ],
    services: [],
  }
  const hash = await wallet!.writeContract({
    address: contractAddress!,
    abi: didRegistryAbi,
    functionName: 'create',
    args: [keccak256('0x01'), document],
  })
  const { gasUsed } = await client.getTransactionReceipt({ hash })
  await assertGas('identity', { 'did.create': Number(gasUsed) })
})
