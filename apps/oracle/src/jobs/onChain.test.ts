import assert from 'node:assert/strict'
import { before, describe, it, type TestContext } from 'node:test'
import { consentBookAbi, dealBookAbi } from '@ambrosia/chain/abi/exchange'
import { medTokenAbi } from '@ambrosia/chain/abi/token'
import * as Network from '@ambrosia/chain/Network'
import { readOracle } from '@ambrosia/chain/read/oracle'
import { recordOf } from '@ambrosia/chain/read/recordOf'
import * as Certificate from '@ambrosia/exchange/Certificate'
import { pack } from '@ambrosia/exchange/PackedSettlement'
import { releaseContext, sealContext } from '@ambrosia/exchange/SealContext'
import { bondPart, type SettledRecord } from '@ambrosia/exchange/SettledRecord'
import type { Settlement } from '@ambrosia/exchange/Settlement'
import { createSetting } from '@ambrosia/exchange/testing/submissionSetting'
import { fromHex, type Hex, toUtf8 } from '@ambrosia/primitives/Bytes'
import * as DataKey from '@ambrosia/sealing/DataKey'
import * as Envelope from '@ambrosia/sealing/Envelope'
import type * as Manifest from '@ambrosia/sealing/Manifest'
import * as Config from '@ambrosia/service/Config'
import { endOfSuite } from '@ambrosia/testing/defer'
import { makeSettlement } from '@ambrosia/testing/makeSettlement'
import { type Exchange, startExchange, type TestDeal } from '@ambrosia/testing/startExchange'
import { hash, newAccount, word } from '@ambrosia/testing/values'
import { type Address, type LocalAccount, parseEther, parseEventLogs } from 'viem'
import { createOracleChain } from '../chain.ts'
import { settings } from '../config.ts'
import { createOracle } from '../testing/createOracle.ts'
import { followDeals } from './followDeals.ts'
import { fulfilDuties } from './fulfilDuties.ts'
import { register } from './register.ts'

/** The approval was given before. */
const NO_PERMIT = { value: 0n, deadline: 0n, v: 0, r: word(0), s: word(0) }

const suite = endOfSuite()
let exchange: Exchange
let setting: Awaited<ReturnType<typeof createSetting>>

before(async () => {
  exchange = await startExchange(suite)
  setting = await createSetting(8_000)
})

/** The first oracle of the exchange, with a database of its own, on the chain of the suite. */
async function start(t: TestContext, { confirmations = 1 } = {}) {
  const test = await createOracle(t, setting)
  const { oracle } = test
  const { contracts, chain, oracles } = exchange
  const own = oracles[0] as (typeof oracles)[0]
  const network = Network.fromJson({
    version: 1,
    chainId: chain.chainId,
    rpcUrl: exchange.url,
    contracts,
    confirmations,
  })
  // What the enclave asks for DIDs.
  const identities = oracle.chain
  Object.assign(oracle, {
    chainId: chain.chainId,
    dealBook: contracts.dealBook,
    consentBook: contracts.consentBook,
    client: chain.client,
    chain: createOracleChain(chain.client, network),
    operator: own.operator,
    enclave: await test.makeEnclave({
      settings: { chainId: chain.chainId, dealBook: contracts.dealBook },
      keys: { ...test.keys, operator: own.operator.address, signer: own.signer },
    }),
  })
  const follow = () =>
    followDeals(oracle, {
      fromBlock: 0n,
      finality: Network.finalityOf(network, 'development'),
      signal: new AbortController().signal,
    })
  const releases = () => oracle.database.selectFrom('release').selectAll().execute()
  return { ...test, follow, releases, identities, registry: contracts.oracleRegistry }
}

type Started = Awaited<ReturnType<typeof start>>

/**
 * Lets the oracle have certified a settlement, whose record only it and the other oracles can open.
 */
async function certify({ oracle, keys }: Started, deal: TestDeal, { certificate }: Settlement) {
  const dataKey = DataKey.create()
  const context = sealContext({ ...oracle, dealId: deal.dealId, provider: certificate.provider })
  const { keyId, epoch, publicKey } = keys
  const own = await Envelope.wrap({ dataKey, recipient: { keyId, epoch, publicKey }, context })
  const manifest: Manifest.Manifest = {
    ...setting.offer.manifest,
    keyCommitment: DataKey.commitment(dataKey),
    recipients: [own],
  }
  const row = {
    submission_id: hash(`submission ${certificate.provider}`),
    deal_id: deal.dealId,
    provider: certificate.provider.toLowerCase(),
    nonce: hash('nonce'),
    body_hash: hash('body'),
    certificate_hash: Certificate.hash(certificate, exchange.domain),
    certificate: '{}',
    signature: '0x',
    quality: '{}',
    manifest: JSON.stringify(manifest),
    created_at_sec: 1,
  }
  await oracle.database.insertInto('submission').values(row).execute()
  return { dataKey, manifest }
}

async function settle(deal: TestDeal, settlement: Settlement) {
  const { logs } = await exchange.chain.send(exchange.relayer, {
    address: exchange.contracts.dealBook,
    abi: dealBookAbi,
    functionName: 'settle',
    args: [deal.terms, deal.salt, [pack(settlement)], '0x', true],
  })
  const [settled] = parseEventLogs({ abi: dealBookAbi, logs, eventName: 'RecordSettled' })
  assert.ok(settled)
  const { recordId, dealId, provider } = settled.args
  return { recordId, dealId, provider, record: recordOf(settled.args, deal.terms) }
}

describe('register', () => {
  it('waits for ether, registers once, and is content', async (t) => {
    const { oracle, registry, makeEnclave } = await start(t)
    const operator = newAccount()
    const here = { ...oracle, oracleRegistry: registry, operator: operator.address }
    Object.assign(oracle, { operator })
    oracle.described = await (await makeEnclave({ settings: here })).describe()
    const config = Config.read(settings, { AMBROSIA_COMMISSION_BPS: '300' })
    const run = () => register(oracle, { registry, endpoint: 'http://oracle.example', config })
    const statusOf = async () =>
      (await readOracle(exchange.chain.client, registry, operator.address)).status
    await run()
    assert.equal(await statusOf(), 'None')
    await exchange.test.setBalance({ address: operator.address, value: parseEther('1') })
    await run()
    const registered = await readOracle(exchange.chain.client, registry, operator.address)
    assert.equal(registered.status, 'Registered')
    assert.equal(registered.endpoint, 'http://oracle.example')
    assert.deepEqual(fromHex(registered.encryptionKey), oracle.described.publicKey)
    assert.deepEqual([registered.commissionBps, registered.commissionCapBps], [300, 1000])
    const count = await exchange.chain.client.getTransactionCount(operator)
    await run()
    assert.equal(await exchange.chain.client.getTransactionCount(operator), count)
  })
})

describe('followDeals', () => {
  it('keeps deals that name this oracle, and records that it certified, each once', async (t) => {
    const test = await start(t)
    const { oracle, follow, releases } = test
    const deal = await exchange.openNewDeal()
    const others = exchange.oracles.slice(1).map(({ operator }) => operator.address)
    const foreign = await exchange.openNewDeal({ oracles: others })
    const [own, other] = [
      await makeSettlement(exchange, deal),
      await makeSettlement(exchange, deal),
    ]
    await certify(test, deal, own.settlement)
    const { recordId, record } = await settle(deal, own.settlement)
    await settle(deal, other.settlement)
    await follow()
    await follow()
    const deals = await oracle.database.selectFrom('deal').select('deal_id').execute()
    const ids = deals.map((row) => row.deal_id)
    assert.ok(ids.includes(deal.dealId) && !ids.includes(foreign.dealId))
    const [row, ...more] = await releases()
    assert.deepEqual(more, [])
    assert.equal(row?.record_id, recordId)
    assert.equal(row?.consent_until_sec, Number(record.consentUntil))
    assert.equal(row?.delivery_end_sec, Number(record.deliveryEnd))
    assert.deepEqual([row?.stopped, row?.released_at_sec, row?.answer_by_sec], [0, null, null])
  })

  it('keeps no deal whose window ends before its blocks are final', async (t) => {
    const { oracle, follow } = await start(t, { confirmations: 10 })
    const [short, long] = [
      await exchange.openNewDeal({ deliveryWindow: 120 }),
      await exchange.openNewDeal({ deliveryWindow: 121 }),
    ]
    await exchange.test.mine({ blocks: 10 })
    await follow()
    const deals = await oracle.database.selectFrom('deal').select('deal_id').execute()
    const ids = deals.map((row) => row.deal_id)
    assert.deepEqual([ids.includes(short.dealId), ids.includes(long.dealId)], [false, true])
  })

  it('a closed deal ends, and with it the watch of its issuers', async (t) => {
    const { oracle, follow } = await start(t)
    const ended: string[] = []
    oracle.statusSchedule.end = (dealId) => ended.push(dealId)
    const [closed, open] = [await exchange.openNewDeal(), await exchange.openNewDeal()]
    await exchange.chain.send(exchange.consumer, {
      address: exchange.contracts.dealBook,
      abi: dealBookAbi,
      functionName: 'close',
      args: [closed.terms, closed.salt],
    })
    await follow()
    assert.ok(ended.includes(closed.dealId) && !ended.includes(open.dealId))
    const rows = await oracle.database.selectFrom('deal').select(['deal_id', 'ended']).execute()
    const endedOf = (dealId: string) => rows.find((row) => row.deal_id === dealId)?.ended
    assert.deepEqual([endedOf(closed.dealId), endedOf(open.dealId)], [1, 0])
  })

  it('ends what is undone, and completes the delivery of what is stopped', async (t) => {
    for (const returnPayment of [true, false]) {
      const test = await start(t)
      const deal = await exchange.openNewDeal()
      const { settlement, provider } = await makeSettlement(exchange, deal)
      await certify(test, deal, settlement)
      const { record } = await settle(deal, settlement)
      await test.follow()
      await revoke(provider, record, returnPayment)
      await test.follow()
      const [row] = await test.releases()
      assert.equal(row?.stopped, returnPayment ? 1 : 0)
      const until = returnPayment ? record.consentUntil : record.deliveryEnd
      assert.equal(row?.consent_until_sec, Number(until))
    }
  })
})

const balanceOf = (account: Address) =>
  exchange.chain.client.readContract({
    address: exchange.contracts.medToken,
    abi: medTokenAbi,
    functionName: 'balanceOf',
    args: [account],
  })

const answersTo = (recordId: Hex) =>
  exchange.chain.client.getContractEvents({
    address: exchange.contracts.consentBook,
    abi: consentBookAbi,
    eventName: 'DeliveryPosted',
    args: { recordId },
    strict: true,
  })

async function revoke(provider: LocalAccount, record: SettledRecord, returnPayment: boolean) {
  const { chain, contracts } = exchange
  await exchange.test.setBalance({ address: provider.address, value: parseEther('1') })
  await chain.send(provider, {
    address: contracts.medToken,
    abi: medTokenAbi,
    functionName: 'approve',
    args: [contracts.dealBook, record.net],
  })
  const payer = { account: provider.address, permit: NO_PERMIT, signedUntil: 0n } as const
  await chain.send(provider, {
    address: contracts.dealBook,
    abi: dealBookAbi,
    functionName: 'revoke',
    args: [record, returnPayment, { ...payer, signature: '0x' }],
  })
}

describe('fulfilDuties', () => {
  async function settled(t: TestContext) {
    const test = await start(t)
    const deal = await exchange.openNewDeal()
    const { settlement, provider } = await makeSettlement(exchange, deal)
    const { dataKey } = await certify(test, deal, settlement)
    const { recordId, record } = await settle(deal, settlement)
    await test.follow()
    const criteria = JSON.stringify(setting.deal.criteria)
    await test.oracle.database.updateTable('deal').set({ criteria }).execute()
    const claim = () =>
      exchange.chain.send(exchange.consumer, {
        address: exchange.contracts.dealBook,
        abi: dealBookAbi,
        functionName: 'claimDelivery',
        args: [record, NO_PERMIT],
      })
    return { ...test, deal, dataKey, recordId, record, provider, claim }
  }

  it('does nothing where nothing is owed', async (t) => {
    const { oracle } = await start(t)
    let asked = 0
    oracle.client = { getBlock: async () => asked++ } as never
    await fulfilDuties(oracle)
    assert.equal(asked, 0)
  })

  it('answers a claim once with the key, wrapped to the consumer', async (t) => {
    const { oracle, claim, follow, releases, recordId, record, dataKey, consumer, lines } =
      await settled(t)
    await fulfilDuties(oracle)
    assert.equal((await releases())[0]?.answered, 0)
    await claim()
    await follow()
    await fulfilDuties(oracle)
    assert.equal((await releases())[0]?.answered, 1, lines.join('\n'))
    const posted = await answersTo(recordId)
    assert.equal(posted.length, 1)
    const envelope = Envelope.parse(JSON.parse(toUtf8(fromHex(posted[0]?.args.envelope ?? '0x'))))
    const context = releaseContext({ ...oracle, recordId, consumer: record.consumer })
    const { privateKey } = consumer
    assert.deepEqual(await Envelope.unwrap({ envelope, privateKey, context }), dataKey)
    const operator = oracle.operator.address
    const count = await exchange.chain.client.getTransactionCount({ address: operator })
    await fulfilDuties(oracle)
    assert.equal(await exchange.chain.client.getTransactionCount({ address: operator }), count)
  })

  it('answers with the key in force at the settlement, whatever the DID says since', async (t) => {
    const { oracle, claim, follow, releases, recordId, record, identities } = await settled(t)
    const [version] = await identities.didVersions('0x' as never, 0n)
    assert.ok(version)
    // The key is hidden after the sale, and nothing is released any more to the store.
    const hidden = { ...version, methods: [], timeSec: record.settledAt + 1n }
    identities.didVersions = async () => [version, hidden]
    await claim()
    await follow()
    await fulfilDuties(oracle)
    assert.equal((await releases())[0]?.answered, 1)
    const [answer] = await answersTo(recordId)
    assert.ok((answer?.args.envelope.length ?? 0) > 2)
  })

  it('answers a consumer who deactivates their DID after collecting, and keeps its commission', async (t) => {
    const { oracle, claim, follow, releases, recordId, record, identities } = await settled(t)
    const [version] = await identities.didVersions('0x' as never, 0n)
    assert.ok(version)
    const ended = { ...version, deactivated: true, timeSec: record.settledAt + 1n }
    identities.didVersions = async () => [version, ended]
    const before = await balanceOf(oracle.operator.address)
    await claim()
    await follow()
    await fulfilDuties(oracle)
    assert.equal((await releases())[0]?.answered, 1)
    const [answer] = await answersTo(recordId)
    assert.notEqual(answer?.args.consumerKeyHash, word(0))
    assert.ok((await balanceOf(oracle.operator.address)) > before)
  })

  it('says so where no key was in force at the settlement, and is paid for the answer', async (t) => {
    const { oracle, claim, follow, releases, recordId, record, identities } = await settled(t)
    const [version] = await identities.didVersions('0x' as never, 0n)
    assert.ok(version)
    identities.didVersions = async () => [{ ...version, timeSec: record.settledAt + 1n }]
    const before = await balanceOf(oracle.operator.address)
    await claim()
    await follow()
    await fulfilDuties(oracle)
    assert.equal((await releases())[0]?.answered, 1)
    const [answer] = await answersTo(recordId)
    assert.deepEqual([answer?.args.consumerKeyHash, answer?.args.envelope], [word(0), '0x'])
    assert.equal((await balanceOf(oracle.operator.address)) - before, bondPart(record))
  })

  it('takes its share after a stop, and what is left of it when the sale is undone', async (t) => {
    for (const returnPayment of [true, false]) {
      const { oracle, follow, releases, record, provider } = await settled(t)
      const operator = oracle.operator.address
      const before = await balanceOf(operator)
      await revoke(provider, record, returnPayment)
      await follow()
      if (!returnPayment) {
        await exchange.test.increaseTime({ seconds: 86_401 })
        await exchange.test.mine({ blocks: 1 })
      }
      await fulfilDuties(oracle)
      const share = record.shares.find((one) => one.oracle === operator)?.amount ?? 0n
      const due = returnPayment ? share / 10n : share
      assert.equal((await balanceOf(operator)) - before, due)
      assert.equal((await releases())[0]?.share_taken, 1)
    }
  })

  it('is held up by no claim that it can not answer', async (t) => {
    const { oracle, claim, follow, releases, lines } = await settled(t)
    await claim()
    await follow()
    await oracle.database.updateTable('submission').set({ manifest: '{}' }).execute()
    await fulfilDuties(oracle)
    assert.equal((await releases())[0]?.answered, 0)
    assert.match(lines.join(''), /Manifest\.Invalid/)
  })

  it('takes its share once the delivery window has ended, and not before', async (t) => {
    const { oracle, releases, record } = await settled(t)
    const operator = oracle.operator.address
    const balance = () => balanceOf(operator)
    const before = await balance()
    await fulfilDuties(oracle)
    assert.equal(await balance(), before)
    await exchange.test.increaseTime({ seconds: 86_401 })
    await exchange.test.mine({ blocks: 1 })
    await fulfilDuties(oracle)
    const share = record.shares.find((one) => one.oracle === operator)?.amount ?? 0n
    assert.ok(share > 0n)
    assert.equal(await balance(), before + share)
    assert.equal((await releases())[0]?.share_taken, 1)
  })
})
