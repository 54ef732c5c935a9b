import { existsSync, readFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { fail } from './answers.ts'

/**
 * What parties of the demonstration have on this machine, so that the page can show each one's own
 * view: the record as the researcher opened it, the sealed bytes as the store has them. Only in
 * development, where one person plays all parties.
 */
export function developmentFiles(pathname: string, response: ServerResponse, home: string): void {
  const path = fileOf(pathname, home)
  if (path === undefined || !existsSync(path)) {
    fail(response, 404)
    return
  }
  const type = pathname.endsWith('/bundle') ? 'application/json' : 'application/octet-stream'
  response.setHeader('content-type', type)
  response.setHeader('cache-control', 'no-store')
  response.end(readFileSync(path))
}

function fileOf(pathname: string, home: string): string | undefined {
  if (pathname === '/development/researcher/bundle') return join(home, 'delivered', 'bundle.json')
  const [, address = ''] = /^\/development\/store\/([a-z0-9]{20,100})$/.exec(pathname) ?? []
  if (address === '') return undefined
  return join(home, 'store', 'blobs', address.slice(-2), address)
}
