/** Everything the page can ask of its worker. */
import { fromUtf8 } from '@ambrosia/primitives/Bytes'
import * as market from './market.ts'
import { network } from './network.ts'
import * as patient from './patient.ts'
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
  addRecord: patient.addRecord,
  sampleBundle: patient.sampleBundle,
  listRecords: patient.listRecords,
  removeRecord: patient.removeRecord,
  readChart: patient.readChart,
  preview: patient.preview,
  offer: patient.offer,
  consent: patient.consent,
  listSales: patient.listSales,
  revoke: patient.revoke,
  sweep: patient.sweep,
  listDeals: market.listDeals,
  listOracles: market.listOracles,
  ledger: market.ledger,
  salesOf: market.salesOf,
  transaction: market.transaction,
}
