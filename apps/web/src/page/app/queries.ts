import { QueryClient } from '@tanstack/react-query'
import { onLocked } from './worker.ts'

/** What the chain and the services say, asked again now and then. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: { staleTime: 2_000, retry: 1, refetchOnWindowFocus: true },
    mutations: { retry: 0 },
  },
})

/** Everything that may have changed after somebody did something. */
export function refresh(): void {
  void queries.invalidateQueries()
}

onLocked(refresh)
