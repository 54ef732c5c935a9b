import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { type Maker, readMark, writeMark } from '../HomeMark.ts'
import { type NetworkFile, readNetworkFile } from '../NetworkFile.ts'
import { assertNoOwner, claimHome } from '../Owner.ts'
import { writeWhole } from '../writeWhole.ts'
import { chainFileOf } from './keepChain.ts'

/** What of a home belongs to a network. */
const NETWORK_PARTS = /^(chain|issuer|store|oracle-\d+|l2|node-\d+|live|logs|network\.json)$/
/** What a person makes in the home of a development network; `fresh` clears it too. */
const PERSON_PARTS = /^(wallet|development-password|delivered)$/

/**
 * Takes a home for this process. Only what a development network made there is ever cleared, and a
 * network that `up` keeps only by `fresh`: a home of other services is refused. The network that is
 * kept there is returned.
 * @throws Network.AlreadyUp, Home.OfOthers, Home.HoldsNetwork, Home.Damaged
 */
export function prepareHome(home: string, maker: Maker, isFresh: boolean): NetworkFile | undefined {
  assertNoOwner(home)
  mkdirSync(home, { recursive: true, mode: 0o700 })
  const names = readdirSync(home)
  const mark = readMark(home)
  const found = names.filter((name) => NETWORK_PARTS.test(name))
  if (mark === undefined && found.length > 0) throw new HomeOfOthersError(home, found)
  const isKept = mark?.madeBy === 'up' && mark.isComplete && !isFresh
  if (isKept && maker === 'demo') throw new HoldsNetworkError(home)
  const network = isKept ? readKept(home) : undefined
  claimHome(home)
  if (network !== undefined) return network
  const before = mark?.before ?? names
  for (const name of names) {
    const isOurs = NETWORK_PARTS.test(name) || (isFresh && PERSON_PARTS.test(name))
    if (isOurs && !before.includes(name)) rmSync(join(home, name), { recursive: true, force: true })
  }
  if (!existsSync(join(home, '.gitignore'))) writeWhole(join(home, '.gitignore'), '*\n')
  writeMark(home, { version: 1, madeBy: maker, isComplete: false, before })
  return undefined
}

function readKept(home: string): NetworkFile {
  if (!existsSync(chainFileOf(home))) throw new DamagedHomeError(home)
  return readNetworkFile(home)
}

export class HomeOfOthersError extends AmbrosiaError {
  constructor(home: string, found: readonly string[]) {
    super('Home.OfOthers', `${home} holds ${found.join(', ')}, which no development network made`, {
      hint: 'Nothing was changed. Set AMBROSIA_HOME to another folder.',
    })
  }
}

export class HoldsNetworkError extends AmbrosiaError {
  constructor(home: string) {
    super(
      'Home.HoldsNetwork',
      `${home} holds a network of ambrosia up, which a demonstration would end`,
      {
        hint: 'Set AMBROSIA_HOME to another folder; or add --fresh, which deletes the network, wallet included.',
      },
    )
  }
}

export class DamagedHomeError extends AmbrosiaError {
  constructor(home: string) {
    super('Home.Damaged', `${home} holds a network whose chain is not there any more`, {
      hint: 'Nothing was changed. Put chain/state.json back, or start anew with ambrosia up --fresh.',
    })
  }
}
