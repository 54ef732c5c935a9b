import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Problem } from './problem.ts'

const ENTRY = 'packages/sdk/src/browser.ts'
const LIMIT_BYTES = 300_000

/** The browser entry of the sdk bundles without Node modules and stays under 300 kB gzip. */
export async function checkBrowserSize(root: string): Promise<Problem[]> {
  if (!existsSync(join(root, ENTRY))) return []
  const sizeBytes = await browserSizeBytes(root).catch((error: Error) => error.message)
  if (typeof sizeBytes === 'string') {
    const fix = 'Import nothing there that needs Node; take it as an argument.'
    return [{ place: ENTRY, message: sizeBytes, fix }]
  }
  if (sizeBytes <= LIMIT_BYTES) return []
  const message = `${sizeBytes} bytes gzip, the limit is ${LIMIT_BYTES}`
  return [
    { place: ENTRY, message, fix: 'Load the heavy part by import() or leave it to the caller.' },
  ]
}

/**
 * Size of what a page loads first, minified and compressed: the entry and what it imports
 * statically.
 */
async function browserSizeBytes(root: string): Promise<number> {
  const { build } = await import('esbuild')
  const result = await build({
    absWorkingDir: root,
    entryPoints: [ENTRY],
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2024',
    minify: true,
    splitting: true,
    outdir: 'bundle',
    write: false,
    metafile: true,
    logLevel: 'silent',
    define: { 'process.env.NODE_ENV': '"production"' },
  })
  const outputs = new Map(Object.entries(result.metafile.outputs))
  const texts = new Map(result.outputFiles.map((file) => [file.path, file.contents]))
  const wanted = [...outputs]
    .filter(([, output]) => output.entryPoint === ENTRY)
    .map(([path]) => path)
  let sizeBytes = 0
  for (const path of wanted) {
    sizeBytes += gzipSync(texts.get(join(root, path)) ?? new Uint8Array()).length
    for (const { path: next, kind } of outputs.get(path)?.imports ?? []) {
      if (kind === 'import-statement' && !wanted.includes(next) && outputs.has(next))
        wanted.push(next)
    }
  }
  return sizeBytes
}
