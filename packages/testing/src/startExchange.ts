import { dealBookAbi } from '@ambrosia/chain/abi/exchange'
import { oracleRegistryAbi } from '@ambrosia/chain/abi/oracle'
import { medTokenAbi } from '@ambrosia/chain/abi/token'
import * as Anvil from '@ambrosia/devnet/Anvil'
import { developmentAccount, MNEMONIC } from '@ambrosia/devnet/accounts'
import { deployContracts } from '@ambrosia/devnet/start/deployContracts'
import * as Deal from '@ambrosia/exchange/Deal'
import { type Domain, dealBookDomain } from '@ambrosia/exchange/messages/Message'
import { provePossession, registryDomain } from '@ambrosia/exchange/quorum/SigningKey'
import { type Hex, random, toHex } from '@ambrosia/primitives/Bytes'
import { createChain } from '@ambrosia/sdk/Chain'
import type { HDAccount, PrivateKeyAccount, TransactionReceipt } from 'viem'
import { mnemonicToAccount, privateKeyToAccount } from 'viem/accounts'
import type { Ending } from './defer.ts'
import { snapshot } from './snapshot.ts'
import { type ChainOptions, startFrom, type TestChain } from './startChain.ts'
import { hash } from './values.ts'

/** What a record of the best quality is worth in a test deal. */
export const PRICE = 5n * 10n ** 18n

/** An oracle that is registered and admitted; the test holds its keys. */
export type TestOracle = { operator: HDAccount; signer: PrivateKeyAccount }

/** A deal by its terms and the salt of its id. */
export type TestDeal = { terms: Deal.DealTerms; salt: Hex; dealId: Hex }

/**
 * A chain with the contracts, three admitted oracles and a consumer with MED: settlement without
 * services.
 */
export type Exchange = TestChain & {
  domain: Domain
  oracles: readonly TestOracle[]
  consumer: HDAccount
  relayer: HDAccount
  deployer: HDAccount
  /** Terms of a deal, as they are and with changes. */
  terms(changes?: Partial<Deal.DealTerms>): Promise<Deal.DealTerms>
  /** A deal that is not open yet. */
  dealOf(terms: Deal.DealTerms, salt?: Hex): TestDeal
  /** Opens a deal with its least budget. */
  openDeal(deal: TestDeal): Promise<TransactionReceipt>
  /** Opens a deal that no other test has: the default terms with changes, and a salt of its own. */
  openNewDeal(changes?: Partial<Deal.DealTerms>): Promise<TestDeal>
}

const consumer = developmentAccount('consumer')
const relayer = developmentAccount('relayer')
const deployer = developmentAccount('deployer')

/**
 * Starts an exchange for one test or suite. Its oracles are admitted and its consumer's MED
 * approved once, not once a file.
 */
export async function startExchange(t: Ending, options: ChainOptions = {}): Promise<Exchange> {
  const chain = await startFrom(t, await snapshot('exchange', prepare), options)
  const { contracts } = chain
  const domain = dealBookDomain(Anvil.CHAIN_ID, contracts.dealBook)
  const oracles = testOracles()
  const dealOf: Exchange['dealOf'] = (terms, salt = hash('salt')) => {
    const dealId = Deal.dealId({
      chainId: Anvil.CHAIN_ID,
      dealBook: contracts.dealBook,
      salt,
      terms,
    })
    return { terms, salt, dealId }
  }
  const terms: Exchange['terms'] = async (changes = {}) => ({
    ...(await defaultTerms(chain, oracles)),
    ...changes,
  })
  const openDeal: Exchange['openDeal'] = (deal) =>
    chain.chain.send(consumer, {
      address: contracts.dealBook,
      abi: dealBookAbi,
      functionName: 'createDeal',
      args: [deal.terms, deal.salt, Deal.minimumBudget(deal.terms)],
    })
  return {
    ...chain,
    domain,
    oracles,
    consumer,
    relayer,
    deployer,
    terms,
    dealOf,
    openDeal,
    openNewDeal: async (changes) => {
      const deal = dealOf(await terms(changes), toHex(random(32)))
      await openDeal(deal)
      return deal
    },
  }
}

function testOracles(): TestOracle[] {
  return [3, 4, 5].map((addressIndex) => ({
    operator: mnemonicToAccount(MNEMONIC, { addressIndex }),
    signer: privateKeyToAccount(hash(`signer ${addressIndex}`)),
  }))
}

/** Deploys, registers and admits the oracles, lets the deal book take the consumer's MED. */
async function prepare(rpcUrl: string) {
  const { contracts } = await deployContracts(rpcUrl)
  const { send } = createChain({ chainId: Anvil.CHAIN_ID, rpcUrl, contracts })
  const registry = { address: contracts.oracleRegistry, abi: oracleRegistryAbi }
  const measurement = hash('measurement')
  for (const { operator, signer } of testOracles()) {
    const registration = {
      endpoint: 'http://127.0.0.1:1',
      signer: signer.address,
      encryptionKey: hash(`key of ${operator.address}`),
      measurement,
      commissionBps: 500,
      commissionCapBps: 1000,
      maximumChangeBps: 100,
    }
    const domain = registryDomain(Anvil.CHAIN_ID, contracts.oracleRegistry)
    const possession = await provePossession(signer, operator.address, domain)
    const args = [registration, possession] as const
    await send(operator, { ...registry, functionName: 'register', args })
    const admitted = [operator.address, measurement] as const
    await send(deployer, { ...registry, functionName: 'admit', args: admitted })
  }
  await send(consumer, {
    address: contracts.medToken,
    abi: medTokenAbi,
    functionName: 'approve',
    args: [contracts.dealBook, 2n ** 200n],
  })
  return { contracts }
}

async function defaultTerms(
  { contracts, now }: TestChain,
  oracles: readonly TestOracle[],
): Promise<Deal.DealTerms> {
  const createdAt = await now()
  return {
    consumer: consumer.address,
    token: contracts.medToken,
    criteriaHash: hash('criteria'),
    agreementHash: hash('agreement'),
    purpose: Deal.purposeHash('DUO:0000042'),
    tiers: [
      { minimumScore: 50, price: 3n * 10n ** 18n },
      { minimumScore: 80, price: PRICE },
    ],
    maximumRecords: 10,
    perPersonCap: 1,
    commissionCapBps: 500,
    certificateLife: 3600,
    deliveryWindow: 86_400,
    retentionEnd: createdAt + 10_000_000n,
    verifier: contracts.certificateVerifier,
    oracles: oracles.map(({ operator }) => operator.address),
    quorum: 2,
    stores: [consumer.address],
    validatorHash: hash('validator'),
    expiry: createdAt + 1_000_000n,
  }
}
