/** Everything the page can ask of its worker. */
import { fromUtf8 } from '@ambrosia/primitives/Bytes'
import * as attacks from './attacks.ts'
import * as criteria from './criteria.ts'
import * as hospital from './hospital.ts'
import * as market from './market.ts'
import { network } from './network.ts'
import * as offers from './offers.ts'
import * as records from './records.ts'
import * as researcher from './researcher.ts'
import { chooseBrowserWallet } from './researcherAccount.ts'
import * as sales from './sales.ts'
import * as views from './views.ts'
import * as wallet from './wallet.ts'

type Nothing = Record<string, never>

export const actions = {
  describeNetwork: async (_: Nothing) => {
    const { description } = await network()
    const { development, ...open } = description
    return { ...open, isDevelopment: development !== undefined }
  },
  walletState: (_: Nothing) => wallet.state(),
  openGuest: async (_: Nothing) => await wallet.openGuest(),
  createWallet: async ({ password }: { password: string }) =>
    await wallet.create(fromUtf8(password.normalize('NFC')), 'password'),
  unlockWallet: async ({ password }: { password: string }) =>
    await wallet.unlock(fromUtf8(password.normalize('NFC'))),
  createWithPasskey: async (given: {
    secret: Uint8Array
    salt: Uint8Array
    credentialId: Uint8Array
  }) => await wallet.create(given.secret, 'passkey', given),
  unlockWithPasskey: async ({ secret }: { secret: Uint8Array }) => await wallet.unlock(secret),
  lockWallet: async (_: Nothing) => wallet.lock(),
  forgetWallet: async (_: Nothing) => await wallet.forget(),
  addRecord: records.addRecord,
  addFromServer: records.addFromServer,
  sampleBundle: records.sampleBundle,
  listRecords: records.listRecords,
  removeRecord: records.removeRecord,
  readChart: records.readChart,
  preview: offers.preview,
  offer: offers.offer,
  consent: offers.consent,
  listSales: sales.listSales,
  revoke: sales.revoke,
  sweep: sales.sweep,
  researcher: researcher.researcher,
  becomeResearcher: researcher.becomeResearcher,
  chooseBrowserWallet,
  openDeal: researcher.openDeal,
  changeDeal: researcher.changeDeal,
  collect: researcher.collect,
  explore: researcher.explore,
  download: researcher.download,
  verifyAll: researcher.verifyAll,
  searchCodes: criteria.searchCodes,
  countSample: criteria.countSample,
  countPeople: criteria.countPeople,
  hospital: hospital.hospital,
  issuances: hospital.issuances,
  revokeRecord: hospital.revokeRecord,
  attack: attacks.attack,
  listDeals: market.listDeals,
  listOracles: market.listOracles,
  ledger: market.ledger,
  salesOf: market.salesOf,
  transaction: market.transaction,
  patientView: views.patientView,
  storeView: views.storeView,
  researcherView: views.researcherView,
}
