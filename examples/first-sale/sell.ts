/**
 * A patient sells one record into a deal of the running network: node examples/first-sale/sell.ts
 * DEAL
 */
import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import * as Contexts from '@ambrosia/credentials/Contexts'
import * as Keys from '@ambrosia/credentials/Keys'
import { developmentAccount } from '@ambrosia/devnet/accounts'
import { readNetworkFile } from '@ambrosia/devnet/NetworkFile'
import { toSettlement } from '@ambrosia/exchange/Settlement'
import * as ClaimProfile from '@ambrosia/health/ClaimProfile'
import * as Generator from '@ambrosia/health/Generator'
import { fromUtf8, type Hex, random } from '@ambrosia/primitives/Bytes'
import * as CanonicalJson from '@ambrosia/primitives/CanonicalJson'
import { toDecimal } from '@ambrosia/primitives/Units'
import * as sdk from '@ambrosia/sdk'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'

const home = process.env['AMBROSIA_HOME'] ?? '.ambrosia'
const network = readNetworkFile(home)
const chain = sdk.createChain(network)
const given = { chainId: network.chainId, fetch, now: Date.now, pause }
const store = sdk.createStoreClient({ url: network.services.store, ...given })

// The hospital signs a record, to a key that only the patient has.
const operatorToken = readFileSync(`${home}/issuer/operator-token`, 'utf8').trim()
const hospital = sdk.createIssuerClient({ url: network.services.issuer, operatorToken, ...given })
const { bundle } = Generator.patient({ seed: 7, asOf: new Date(), condition: 'diabetes' })
const holderKey = Keys.createHolderKey(random)
const file = fromUtf8(CanonicalJson.stringify(bundle))
const { record } = await hospital.issue(file, holderKey.did, 'safe-harbor')

// #region sale
// The patient picks what the deal asks for and seals it to the oracles. Nothing has left yet.
const deal = await sdk.loadDeal({ chain, store }, process.argv[2] as Hex)
const account = privateKeyToAccount(generatePrivateKey())
const claimNames = ClaimProfile.claimNames(ClaimProfile.AMBROSIA_CORE_2)
const loader = Contexts.createLoader({ claimNames })
const offering = { chain, store, deal, record, account, holderKey, loader, fetch, now: Date.now }
const sealed = await sdk.prepareOffer(offering)

// They read what leaves, to whom and for what, and permit the oracles to check it.
const permission = await sdk.permitCheck({
  offering,
  sealed,
  confirm: async (words) => console.log(words.permission.join('\n')),
})
const certificate = await sdk.certifyOffer(offering, sealed, permission)

// They read what they agree to and sign it. They need no ether: anybody may carry it to the chain.
const confirm = async (sentences: readonly string[]) => console.log(sentences.join('\n'))
const { consent } = await sdk.giveConsent({ offering, sealed, certificate, confirm })
const settlements = [toSettlement(deal.terms, certificate, consent)]
const relayer = developmentAccount('relayer')
const { settled } = await sdk.settle({ chain, relayer, deal, settlements })
for (const one of settled) console.log(`sold: ${toDecimal(one.record.net)} MED to the patient`)
// #endregion
