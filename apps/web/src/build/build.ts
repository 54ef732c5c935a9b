import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import * as Validation from '@ambrosia/health/Validation'
import { toHex } from '@ambrosia/primitives/Bytes'
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { build } from 'vite'
import { compiledSchemas } from './compiledSchemas.ts'

const PAGE = resolve(import.meta.dirname, '..', 'page')

/** Builds the page into a folder, which appears as a whole or not at all. */
export async function buildPage(folder: string): Promise<void> {
  if (existsSync(join(folder, 'index.html'))) return
  const draft = `${folder}.${process.pid}.new`
  mkdirSync(dirname(folder), { recursive: true })
  await build({
    root: PAGE,
    configFile: false,
    logLevel: 'warn',
    plugins: [react(), tailwindcss(), compiledSchemas()],
    define: {
      'process.env.NODE_ENV': '"production"',
      global: 'globalThis',
      // The validator is that of these sources; a browser can't compute the hash.
      __VALIDATOR_HASH__: JSON.stringify(toHex(Validation.validatorHash())),
    },
    resolve: { conditions: ['browser', 'module', 'import', 'default'] },
    worker: { format: 'es', plugins: () => [compiledSchemas()] },
    build: {
      outDir: draft,
      emptyOutDir: true,
      target: 'es2024',
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      chunkSizeWarningLimit: 5000,
    },
  })
  rmSync(folder, { recursive: true, force: true })
  renameSync(draft, folder)
}
