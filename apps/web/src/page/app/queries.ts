import { QueryClient } from '@tanstack/react-query'
import { onLocked } from './worker.ts'

/** What the chain and the services say, asked again now and then. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: { staleTime: 2_000, retry: 1, refetchOnWindowFocus: true },
    mutations: { retry: 0 },
  },
})

/** What never changes once it is known, such as a transaction or what was shown of a deal. */
const LASTING = new Set(['transaction', 'preview', 'sample', 'codes', 'chart', 'patientView'])

/** Asks again for everything that may have changed after somebody did something. */
export function refresh(): void {
  void queries.invalidateQueries({ predicate: ({ queryKey }) => !LASTING.has(String(queryKey[0])) })
}

onLocked(refresh)
