const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

export function isUuid(id: string): boolean {
  return UUID.test(id)
}

/**
 * True for an id that a keyed function made: a UUID, or 20 to 64 lower-case hexadecimal digits.
 * Shorter or freer ids can be a record number, a card number or a name.
 */
export function isOpaqueId(id: string): boolean {
  return (UUID.test(id) && id === id.toLowerCase()) || /^[0-9a-f]{20,64}$/.test(id)
}
