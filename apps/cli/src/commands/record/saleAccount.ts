/**
 * The name of a provider's account for one deal: a fresh one each, so that no two sales are linked
 * by it.
 */
export function saleAccountName(recordName: string, dealId: string): string {
  return `${recordName}.${dealId.slice(2, 14)}`
}
