/** The browser's own database: what the wallet keeps, always sealed. */

const NAME = 'ambrosia'
const STORE = 'sealed'

let opened: Promise<IDBDatabase> | undefined

function open(): Promise<IDBDatabase> {
  opened ??= new Promise((done, failed) => {
    const request = indexedDB.open(NAME, 1)
    request.onupgradeneeded = () => request.result.createObjectStore(STORE)
    request.onsuccess = () => done(request.result)
    request.onerror = () => failed(request.error)
  })
  return opened
}

async function run<T>(
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const database = await open()
  return await new Promise((done, failed) => {
    const request = work(database.transaction(STORE, mode).objectStore(STORE))
    request.onsuccess = () => done(request.result)
    request.onerror = () => failed(request.error)
  })
}

export type Sealed = { iv: Uint8Array; bytes: Uint8Array }

export const get = <T>(key: string): Promise<T | undefined> =>
  run('readonly', (store) => store.get(key) as IDBRequest<T | undefined>)
export const put = (key: string, value: unknown): Promise<unknown> =>
  run('readwrite', (store) => store.put(value, key))
export const remove = (key: string): Promise<unknown> =>
  run('readwrite', (store) => store.delete(key))
export const keys = async (prefix: string): Promise<string[]> => {
  const all = await run('readonly', (store) => store.getAllKeys())
  return all.map(String).filter((key) => key.startsWith(prefix))
}
export const clear = (): Promise<unknown> => run('readwrite', (store) => store.clear())
