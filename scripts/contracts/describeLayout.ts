/** The storage layout of solc's output. */
export type Layout = {
  storage: { label: string; slot: string; offset: number; type: string }[]
  types: Record<
    string,
    { label: string; numberOfBytes: string; members?: Layout['storage'] }
  > | null
}

/** A layout without the compiler's internal ids, which change when an unrelated line does. */
export function describeLayout(layout: Layout): unknown {
  const line = (entry: Layout['storage'][number]) => {
    const type = layout.types?.[entry.type]
    return `slot ${entry.slot} offset ${entry.offset}: ${type?.label} ${entry.label} (${type?.numberOfBytes} bytes)`
  }
  const structs: Record<string, string[]> = {}
  for (const type of Object.values(layout.types ?? {})) {
    if (type.members) structs[type.label] = type.members.map(line)
  }
  return { storage: layout.storage.map(line), structs }
}
