import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { homeOf } from './environment.ts'
import { UsageError } from './output.ts'

/**
 * The layer-2 node that was named, else the first of the chain that `up --l2` keeps in this home.
 * @throws Cli.Usage where neither is there
 */
export function l2UrlOf(named: string | undefined, option: string): string {
  const url = named ?? firstNodeOf(homeOf())
  if (url !== undefined) return url
  throw new UsageError(
    'this home has no layer-2 chain',
    `Start one with ./ambrosia up --l2, or name a node with ${option}.`,
  )
}

function firstNodeOf(home: string): string | undefined {
  try {
    const nodes = JSON.parse(readFileSync(join(home, 'l2', 'nodes.json'), 'utf8')) as {
      url: string
    }[]
    return nodes[0]?.url
  } catch {
    return undefined
  }
}
