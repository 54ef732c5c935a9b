import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Ajv2020 } from 'ajv/dist/2020.js'
import standalone from 'ajv/dist/standalone/index.js'
import type { Plugin } from 'vite'

const LIBRARY = 'ajv/dist/2020.js'
const VIRTUAL = '\0compiled-schemas'
const SCHEMAS = new URL('.', import.meta.resolve('@ambrosia/exchange/schemas/record'))

/**
 * Puts the schemas' validators into the page as code, compiled by the same library with the same
 * options as `packages/exchange` uses. The library itself makes code from strings, which the
 * page's security policy forbids.
 */
export function compiledSchemas(): Plugin {
  return {
    name: 'compiled-schemas',
    enforce: 'pre',
    resolveId: (id) => (id === LIBRARY ? VIRTUAL : undefined),
    load: async (id) => (id === VIRTUAL ? source(await readSchemas()) : undefined),
  }
}

type Schema = { $id: string }

/** Every schema that the exchange has. */
async function readSchemas(): Promise<Schema[]> {
  const names = readdirSync(fileURLToPath(SCHEMAS)).filter((name) => !name.includes('.test.'))
  const modules = await Promise.all(
    names.map(async (name) => (await import(new URL(name, SCHEMAS).href)) as object),
  )
  const exported: unknown[] = modules.flatMap((one) => Object.values(one))
  return exported.filter((one): one is Schema => typeof (one as Partial<Schema>).$id === 'string')
}

function source(schemas: readonly Schema[]): string {
  const ajv = new Ajv2020({
    strict: true,
    strictRequired: false,
    allErrors: false,
    validateFormats: false,
    code: { source: true, esm: true },
  })
  const names: Record<string, string> = {}
  schemas.forEach((schema, index) => {
    ajv.addSchema(schema)
    names[`validate${index}`] = schema.$id
  })
  const toCode = standalone as unknown as (ajv: Ajv2020, names: Record<string, string>) => string
  const helpers: string[] = []
  const code = toCode(ajv, names).replace(/require\("([^"]+)"\)\.default/g, (_, path: string) => {
    helpers.push(`import helper${helpers.length}$ from '${path}.js'`)
    return `(helper${helpers.length - 1}$.default ?? helper${helpers.length - 1}$)`
  })
  const table = Object.entries(names).map(([name, id]) => `${JSON.stringify(id)}: ${name}`)
  return `${helpers.join('\n')}
${code}
const VALIDATORS = { ${table.join(', ')} }
export class Ajv2020 {
  compile({ $id }) {
    if (VALIDATORS[$id] === undefined) throw new Error('no compiled schema ' + $id)
    return VALIDATORS[$id]
  }
}
`
}
