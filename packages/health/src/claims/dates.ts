/**
 * Milliseconds of a FHIR date or dateTime; a partial date is its first instant in UTC. NaN for what
 * is none.
 */
export function instantOf(date: string): number {
  return date.includes('T') ? Date.parse(date) : Date.parse(date.slice(0, 10))
}
