// The DealBook's hashes against vectors/exchange/eip712.json, which the exchange package makes with
// viem: the two languages sign the same bytes. The DealBook's code is placed at the address that
// the vectors name.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { it } from 'node:test'
import { dealBookAbi } from '@ambrosia/chain/abi/exchange'
import { loadArtifacts } from '@ambrosia/chain/compile/artifacts'
import { network } from '@ambrosia/chain/testing/network'
import { type Address, getAddress, type Hex } from 'viem'
import { types } from '../testing/messageTypes.ts'

type Message = Record<string, string | number>

/** What oracles judge and no contract does. */
const OFF_CHAIN = ['PermissionToCheck']
type Vectors = {
  domain: { name: string; version: string; chainId: number; verifyingContract: Address }
  deal: { terms: never; salt: Hex; termsHash: Hex; dealId: Hex; recordTag: Hex; recordId: Hex }
  valid: { primaryType: string; typeString: string; message: Message; digest: Hex }[]
  invalid: { why: string; digest: Hex }[]
}

const path = new URL('../../../../vectors/exchange/eip712.json', import.meta.url)
const vectors = JSON.parse(await readFile(path, 'utf8')) as Vectors

async function placeDealBook(chainId: number, address: Address) {
  const { viem, networkHelpers } = await network.create({ override: { chainId } })
  const publicClient = await viem.getPublicClient()
  const [wallet] = await viem.getWalletClients()
  const { bytecode } = (await loadArtifacts({ domains: ['exchange'] }))['dealBook']!
  const args = [wallet!.account.address, true] as const
  const hash = await wallet!.deployContract({ abi: dealBookAbi, bytecode, args })
  const receipt = await publicClient.waitForTransactionReceipt({ hash })
  const code = await publicClient.getCode({ address: receipt.contractAddress! })
  await networkHelpers.setCode(address, code!)
  return (functionName: string, args: readonly unknown[]) =>
    publicClient.readContract({
      address,
      abi: dealBookAbi,
      functionName: functionName as 'hashTerms',
      args: args as never,
    }) as Promise<Hex>
}

/** Arguments of `hash<Type>`: Certificate and Consent go as a struct, the others field by field. */
function argumentsOf(primaryType: string, message: Message): readonly unknown[] {
  const fields = types[primaryType]!.map(({ name }) => message[name])
  return ['Certificate', 'Consent'].includes(primaryType) ? [message] : fields
}

it('hashes of the DealBook equal the vectors of the exchange package', async () => {
  const { domain, deal, valid, invalid } = vectors
  const call = await placeDealBook(domain.chainId, getAddress(domain.verifyingContract))
  assert.deepEqual(
    valid.map(({ primaryType }) => primaryType).sort(),
    Object.keys(types).sort(),
    'a vector for every message',
  )
  for (const { primaryType, typeString, message, digest } of valid) {
    const fields = types[primaryType]!.map(({ name, type }) => `${type} ${name}`).join(',')
    assert.equal(typeString, `${primaryType}(${fields})`)
    if (OFF_CHAIN.includes(primaryType)) continue
    const actual = await call(`hash${primaryType}`, argumentsOf(primaryType, message))
    assert.equal(actual, digest, primaryType)
    for (const { why, digest: foreign } of invalid) assert.notEqual(actual, foreign, why)
  }
  assert.equal(await call('hashTerms', [deal.terms]), deal.termsHash)
  assert.equal(await call('dealIdOf', [deal.terms, deal.salt]), deal.dealId)
  assert.equal(await call('recordIdOf', [deal.dealId, deal.recordTag]), deal.recordId)
})

it('the same message on another chain has another hash', async () => {
  const { domain, valid } = vectors
  const call = await placeDealBook(domain.chainId + 1, getAddress(domain.verifyingContract))
  for (const { primaryType, message, digest } of valid) {
    if (OFF_CHAIN.includes(primaryType)) continue
    const actual = await call(`hash${primaryType}`, argumentsOf(primaryType, message))
    assert.notEqual(actual, digest, primaryType)
  }
})
