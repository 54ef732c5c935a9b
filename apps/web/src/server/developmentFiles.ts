import { existsSync, readFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { fail } from './answers.ts'

/**
 * What parties of the demonstration have on this machine, so that the page can show each one's own
 * view: the record as the researcher opened it. Only in development, where one person plays all
 * parties.
 */
const FILES: Readonly<Record<string, string>> = {
  '/development/researcher/bundle': join('delivered', 'bundle.json'),
  '/development/researcher/proof': join('delivered', 'proof.json'),
}

export function developmentFiles(pathname: string, response: ServerResponse, home: string): void {
  const file = FILES[pathname]
  const path = file === undefined ? '' : join(home, file)
  if (path === '' || !existsSync(path)) {
    fail(response, 404)
    return
  }
  response.setHeader('content-type', 'application/json')
  response.setHeader('cache-control', 'no-store')
  response.end(readFileSync(path))
}
