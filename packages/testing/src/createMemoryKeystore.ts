import { ExistsError, type Keystore } from '@ambrosia/service/Keystore'

/** A keystore that keeps nothing beyond the test and takes no time to open. */
export function createMemoryKeystore(): Keystore {
  const secrets = new Map<string, Uint8Array>()
  const add = (name: string, secret: Uint8Array): void => {
    if (secrets.has(name)) throw new ExistsError(name)
    secrets.set(name, secret)
  }
  return {
    get: (name) => secrets.get(name),
    add,
    getOrCreate: (name, create) => {
      if (!secrets.has(name)) add(name, create())
      return secrets.get(name) as Uint8Array
    },
    names: () => [...secrets.keys()],
  }
}
