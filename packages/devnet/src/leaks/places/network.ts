import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { PublicClient } from 'viem'
import { chainPlaces } from './chain.ts'
import { databasePlaces } from './database.ts'
import { filePlaces } from './files.ts'
import type { Place } from './Place.ts'

/**
 * What of a home belongs to one person, who may read it; everything else is what services hold or
 * tell.
 */
const PRIVATE_PARTS = new Set(['wallet', 'delivered', 'development-password'])

/**
 * Everything that others than the owner of a home can look at: the chain, and the files, databases
 * and logs of every service.
 */
export async function* networkPlaces(network: {
  home: string
  client: PublicClient
}): AsyncGenerator<Place> {
  const { home, client } = network
  yield* chainPlaces(client)
  for (const name of readdirSync(home).sort()) {
    if (PRIVATE_PARTS.has(name)) continue
    yield* filePlaces(join(home, name), home)
    yield* databasePlaces(join(home, name), home)
  }
}
