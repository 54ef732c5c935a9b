import { fileHeader } from './header.ts'

/** A parameter of the compiler's ABI. */
export type AbiParameter = {
  name: string
  type: string
  internalType?: string
  indexed?: boolean
  components?: readonly AbiParameter[]
}

/** An item of the compiler's ABI. */
export type AbiItem = {
  type: string
  name?: string
  inputs?: readonly AbiParameter[]
  outputs?: readonly AbiParameter[]
  stateMutability?: string
  anonymous?: boolean
}

/** The file of one contract's ABI: a line an item, without what no reader of it uses. */
export function renderAbi(name: string, abi: readonly AbiItem[]): string {
  const lines = abi.map((item) => `  ${renderItem(item)},\n`)
  return `${fileHeader}export const ${name}Abi = [\n${lines.join('')}] as const\n`
}

/**
 * The custom errors of all contracts, each once, so that a refusal is understood whatever call it
 * came through.
 */
export function renderErrors(abis: readonly (readonly AbiItem[])[]): string {
  const errors = abis.flat().filter(({ type }) => type === 'error')
  const lines = [...new Set(errors.map(renderItem))].sort().map((line) => `  ${line},\n`)
  return `${fileHeader}export const errorsAbi = [\n${lines.join('')}] as const\n`
}

function renderItem(item: AbiItem): string {
  const { type, name, stateMutability, anonymous } = item
  return JSON.stringify({
    type,
    ...(name === undefined ? {} : { name }),
    ...(item.inputs === undefined ? {} : { inputs: item.inputs.map(plainParameter) }),
    ...(item.outputs === undefined ? {} : { outputs: item.outputs.map(plainParameter) }),
    ...(stateMutability === undefined ? {} : { stateMutability }),
    ...(anonymous ? { anonymous } : {}),
  })
}

function plainParameter({ name, type, indexed, components }: AbiParameter): object {
  return {
    type,
    name,
    ...(indexed ? { indexed } : {}),
    ...(components === undefined ? {} : { components: components.map(plainParameter) }),
  }
}
