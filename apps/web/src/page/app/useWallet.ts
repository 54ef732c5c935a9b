import { useQuery } from '@tanstack/react-query'
import { ask } from './worker.ts'

/** The state of this browser's wallet. */
export function useWallet() {
  return useQuery({
    queryKey: ['wallet'],
    queryFn: () => ask('walletState', {}),
    refetchInterval: 10_000,
  })
}
