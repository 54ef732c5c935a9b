import { existsSync, readFileSync, statSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { extname, join, normalize, sep } from 'node:path'
import { gzipSync } from 'node:zlib'
import { fail } from './answers.ts'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
}
/** Stands in the built page where the nonce of the answer comes. */
const NONCE = '__NONCE__'

const WAITING = `<!doctype html><html lang="en"><meta charset="utf-8">
<meta http-equiv="refresh" content="2"><title>Ambrosia</title>
<h1>The page is being prepared</h1>
<p>This happens once and takes up to a minute. This page reloads by itself; the sale goes on in the
terminal meanwhile.</p></html>`

type File = { bytes: Buffer; type: string }
const compressed = new Map<string, File>()

/** A file of the built page, or the page itself for the paths of its router. */
export function sendPage(
  pathname: string,
  response: ServerResponse,
  folder: string,
  nonce: string,
): void {
  if (folder === '' || !existsSync(join(folder, 'index.html'))) {
    response.setHeader('content-type', TYPES['.html'] as string)
    response.setHeader('cache-control', 'no-store')
    response.setHeader('retry-after', '2')
    response.statusCode = 503
    response.end(WAITING)
    return
  }
  const path = normalize(join(folder, pathname))
  const isFile =
    path.startsWith(folder + sep) && statSync(path, { throwIfNoEntry: false })?.isFile() === true
  if (!isFile && extname(pathname) !== '') {
    fail(response, 404)
    return
  }
  if (!isFile || extname(path) === '.html') {
    const page = readFileSync(join(folder, 'index.html'), 'utf8').replaceAll(NONCE, nonce)
    response.setHeader('content-type', TYPES['.html'] as string)
    response.setHeader('cache-control', 'no-store')
    response.end(page)
    return
  }
  const file = compressed.get(path) ?? load(path)
  compressed.set(path, file)
  response.setHeader('content-type', file.type)
  // Names of files hold a hash of what is in them.
  response.setHeader('cache-control', 'public, max-age=31536000, immutable')
  response.setHeader('content-encoding', 'gzip')
  response.end(file.bytes)
}

function load(path: string): File {
  const type = TYPES[extname(path)] ?? 'application/octet-stream'
  return { bytes: gzipSync(readFileSync(path)), type }
}
