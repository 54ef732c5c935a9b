import * as criteriaSchemas from '@ambrosia/exchange/schemas/criteria'
import * as recordSchemas from '@ambrosia/exchange/schemas/record'
import { Ajv2020 } from 'ajv/dist/2020.js'
import standalone from 'ajv/dist/standalone/index.js'
import type { Plugin } from 'vite'

const LIBRARY = 'ajv/dist/2020.js'
const VIRTUAL = '\0compiled-schemas'

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
    load: (id) => (id === VIRTUAL ? source() : undefined),
  }
}

function source(): string {
  const exported: unknown[] = [...Object.values(criteriaSchemas), ...Object.values(recordSchemas)]
  const schemas = exported.filter(
    (one): one is { $id: string } => typeof (one as { $id?: unknown }).$id === 'string',
  )
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
export class Ajv2020 { compile({ $id }) { return VALIDATORS[$id] } }
`
}
