/** An enumeration or struct as its source declares it. */
export type Declaration = {
  kind: 'enum' | 'struct'
  name: string
  /** Source unit. */
  source: string
  /** Its NatSpec comment, as written. */
  documentation: string
  /** Names of its members, in their order. */
  members: readonly string[]
}

/** A node of solc's syntax tree, as far as enumerations and structs need it. */
export type TreeNode = {
  nodeType: string
  name?: string
  documentation?: { text: string } | null
  members?: readonly TreeNode[]
  nodes?: readonly TreeNode[]
}

const KINDS: Readonly<Record<string, Declaration['kind']>> = {
  EnumDefinition: 'enum',
  StructDefinition: 'struct',
}

/** Every enumeration and struct of a source, those inside contracts too. */
export function declarationsOf(source: string, node: TreeNode): Declaration[] {
  const kind = KINDS[node.nodeType]
  if (kind === undefined)
    return (node.nodes ?? []).flatMap((inner) => declarationsOf(source, inner))
  const members = (node.members ?? []).map(({ name }) => name ?? '')
  const documentation = node.documentation?.text ?? ''
  return [{ kind, name: node.name ?? '', source, documentation, members }]
}
