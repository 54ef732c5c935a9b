/**
 * Loaded before everything else of a process: what stands in the table of packed modules
 * (`?table=`) is loaded from there, the rest as ever. Plain JavaScript that any Node loads, since
 * tests start older ones too; those go without.
 */
import { readFileSync } from 'node:fs'
import * as module from 'node:module'

const url = new URL(new URL(import.meta.url).searchParams.get('table') ?? '')
/** @type {Record<string, string>} */
const table = JSON.parse(readFileSync(url, 'utf8'))

module.registerHooks?.({
  resolve(specifier, context, next) {
    const found = next(specifier, context)
    const packed = table[found.url]
    return packed === undefined ? found : { ...found, url: new URL(packed, url).href }
  },
})
