import type { Address, Hex } from 'viem'

/** What a service says of itself: its account, and an oracle's measurement. */
export type ServiceAnswer = { account: Address; measurement: Hex }

export async function readService(url: string): Promise<ServiceAnswer> {
  const response = await fetch(`${url}/v1/service`)
  return (await response.json()) as ServiceAnswer
}
