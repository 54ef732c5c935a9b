import type { Declaration } from '@ambrosia/chain/compile/declarations'
import { fileHeader } from './header.ts'
import type { AbiItem, AbiParameter } from './renderAbi.ts'

/**
 * The types of a domain: its structs as viem decodes them, and the names of its enumerations in
 * their order.
 * @param domainOf the domain that declares a type; a type of another is imported from there
 */
export function renderTypes(
  domain: string,
  abis: readonly (readonly AbiItem[])[],
  declarations: ReadonlyMap<string, Declaration>,
  domainOf: (declaration: Declaration) => string,
): string {
  const structs = new Map<string, AbiParameter>()
  const enums = new Set<string>()
  const collect = (parameter: AbiParameter): void => {
    const [kind, name] = internalName(parameter)
    if (kind === 'enum') enums.add(name)
    if (kind === 'struct') structs.set(name, parameter)
    parameter.components?.forEach(collect)
  }
  for (const item of abis.flat()) [...(item.inputs ?? []), ...(item.outputs ?? [])].forEach(collect)
  const isOurs = (name: string): boolean => domainOf(declared(name, declarations)) === domain
  const context: Context = { declarations, used: new Set() }
  const parts: string[] = []
  for (const name of [...enums].sort().filter(isOurs)) parts.push(renderEnum(name, declarations))
  for (const [name, parameter] of [...structs].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (isOurs(name)) parts.push(renderStruct(name, parameter, context))
  }
  if (parts.length === 0) return ''
  const viem = ['Address', 'Hex'].filter((name) => context.used.has(name))
  const head = viem.length === 0 ? '' : `import type { ${viem.join(', ')} } from 'viem'\n`
  const foreign = [...context.used].filter((name) => structs.has(name) && !isOurs(name)).sort()
  const imports = foreign.map((name) => {
    const other = domainOf(declared(name, declarations))
    return `import type { ${name} } from '../${other}/types.generated.ts'\n`
  })
  return [`${fileHeader}${head}${imports.join('')}`, ...parts].join('\n')
}

type Context = { declarations: ReadonlyMap<string, Declaration>; used: Set<string> }

function renderEnum(name: string, declarations: ReadonlyMap<string, Declaration>): string {
  const { members, documentation } = declared(name, declarations)
  const list = pluralOf(name.charAt(0).toLowerCase() + name.slice(1))
  const numbers = members.map((member, index) => `${member}: ${index}`).join(', ')
  const [notice] = documentationOf(documentation)
  return [
    docOf(notice, 'Names in the order of the contract, whose numbers index them.'),
    `export const ${list} = [${members.map((member) => `'${member}'`).join(', ')}] as const\n`,
    `export type ${name} = (typeof ${list})[number]\n`,
    `export const ${name} = { ${numbers} } as const\n`,
  ].join('')
}

function renderStruct(name: string, parameter: AbiParameter, context: Context): string {
  const [notice, fields] = documentationOf(declared(name, context.declarations).documentation)
  const lines = (parameter.components ?? []).map((component) => {
    const about = fields.get(component.name)
    const comment = about === undefined ? '' : `  /** ${about} */\n`
    return `${comment}  ${component.name}: ${typeOf(component, context)}\n`
  })
  return `${docOf(notice)}export type ${name} = {\n${lines.join('')}}\n`
}

/** The TypeScript type that viem gives a parameter. */
function typeOf(parameter: AbiParameter, context: Context): string {
  const array = /^(.*?)((?:\[\d*\])*)$/.exec(parameter.type) as RegExpExecArray
  const depth = (array[2] as string).match(/\[/g)?.length ?? 0
  return `${'readonly '.repeat(depth && 1)}${baseType(array[1] as string, parameter, context)}${'[]'.repeat(depth)}`
}

function baseType(type: string, parameter: AbiParameter, { used }: Context): string {
  if (type === 'tuple') {
    const [, name] = internalName(parameter)
    used.add(name)
    return name
  }
  if (type === 'bool') return 'boolean'
  if (type === 'string') return 'string'
  if (type === 'address' || type.startsWith('bytes')) {
    const name = type === 'address' ? 'Address' : 'Hex'
    used.add(name)
    return name
  }
  const bits = Number(/^u?int(\d+)$/.exec(type)?.[1])
  if (Number.isNaN(bits)) throw new Error(`no TypeScript type for ${type}`)
  // What JavaScript holds exactly is a number to viem.
  return bits <= 48 ? 'number' : 'bigint'
}

/** `struct Checkpoints.Trace[]` is a struct called Trace. */
function internalName({ internalType = '' }: AbiParameter): [kind: string, name: string] {
  const [, kind = '', name = ''] = /^(struct|enum) (?:\w+\.)*(\w+)/.exec(internalType) ?? []
  return [kind, name]
}

function declared(name: string, declarations: ReadonlyMap<string, Declaration>): Declaration {
  const declaration = declarations.get(name)
  if (declaration === undefined) throw new Error(`no source declares ${name}`)
  return declaration
}

/** The notice of a NatSpec comment, and its words on each parameter. */
function documentationOf(comment: string): [notice: string, fields: Map<string, string>] {
  const text = comment.replaceAll(/\s+/g, ' ').trim()
  const fields = new Map<string, string>()
  let notice = ''
  for (const part of text.split(/\s*@(?=\w)/)) {
    const [, tag, rest = ''] = /^(\w+)\s+(.*)$/.exec(part) ?? []
    if (tag === 'notice') notice = rest
    if (tag === 'param') {
      const [, field, about] = /^(\w+)\s+(.*)$/.exec(rest) ?? []
      if (field !== undefined && about !== undefined) fields.set(field, about)
    }
  }
  return [notice, fields]
}

function docOf(...sentences: readonly string[]): string {
  const text = sentences.filter((sentence) => sentence !== '').join(' ')
  return text === '' ? '' : `/** ${text} */\n`
}

function pluralOf(word: string): string {
  if (word.endsWith('s')) return `${word}es`
  return word.endsWith('y') ? `${word.slice(0, -1)}ies` : `${word}s`
}
