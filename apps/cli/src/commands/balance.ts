import type { Command } from 'commander'
import type { Address } from 'viem'
import { isDevelopment } from '../environment.ts'
import { amount } from '../figures.ts'
import { show } from '../output.ts'

const ETHER = { symbol: 'ETH', decimals: 18 }

/** `ambrosia balance`. */
export function define(balance: Command): void {
  balance
    .argument('[accounts...]', 'names of the wallet, or addresses; default: all of the wallet')
    .addHelpText(
      'after',
      `
Examples:
  ambrosia balance
  ambrosia balance consumer 0x70997970C51812dc3A010C7d01b50e0d17dc79C8

With --json: {"version":1,"ok":true,"balances":[{"name":"alice","account":"0x…","ether":"0","med":"4750000000000000000","credit":"0"}]}`,
    )
    .action(async (names: string[], _options: object, command: Command) => {
      const balances = await readBalances(names)
      show(
        command,
        {
          balances: balances.map((one) => ({
            ...one,
            ether: String(one.ether),
            med: String(one.med),
            credit: String(one.credit),
          })),
        },
        balances.map(
          ({ name, account, ether, med, credit }) =>
            `${name.padEnd(20)} ${account}  ${amount(med).padStart(15)}  ${amount(ether, ETHER)}${credit === 0n ? '' : `  credit ${amount(credit)}`}${aboutOf(name)}`,
        ),
        'the wallet has no accounts; make one: ambrosia keys create NAME',
      )
    })
}

async function readBalances(names: readonly string[]) {
  const { addressOf, openSession } = await import('../Session.ts')
  const { medTokenAbi } = await import('@ambrosia/chain/abi/token')
  const { dealBookAbi } = await import('@ambrosia/chain/abi/exchange')
  const { reach } = await import('@ambrosia/chain/errors')
  const session = await openSession()
  const { client, contracts } = session.chain
  const wanted = names.length > 0 ? names : accountNames(session.wallet.names())
  return await Promise.all(
    wanted.map(async (name) => {
      const account: Address = addressOf(session, name)
      const [ether, med, credit] = await reach(() =>
        Promise.all([
          client.getBalance({ address: account }),
          client.readContract({
            address: contracts.medToken,
            abi: medTokenAbi,
            functionName: 'balanceOf',
            args: [account],
          }),
          client.readContract({
            address: contracts.dealBook,
            abi: dealBookAbi,
            functionName: 'creditOf',
            args: [contracts.medToken, account],
          }),
        ]),
      )
      return { name, account, ether, med, credit }
    }),
  )
}

const DEVELOPMENT_ACCOUNTS: Readonly<Record<string, string>> = {
  consumer: 'pays for deals',
  relayer: 'carries offers',
  deployer: 'put the contracts there',
}

/** What an account is for, where its name alone does not say it. */
function aboutOf(name: string): string {
  const [, record, deal] = /^(.+)\.([0-9a-f]{12})$/.exec(name) ?? []
  if (deal !== undefined) return `  (made to sell ${record} into deal 0x${deal}…)`
  const about = isDevelopment() ? DEVELOPMENT_ACCOUNTS[name] : undefined
  return about === undefined ? '' : `  (of the development network: ${about})`
}

/** Accounts of the wallet, and those that a development network funds. */
function accountNames(keys: readonly string[]): string[] {
  const own = keys.flatMap((key) =>
    key.startsWith('account.') ? [key.slice('account.'.length)] : [],
  )
  return [...new Set([...own, ...(isDevelopment() ? Object.keys(DEVELOPMENT_ACCOUNTS) : [])])]
}
