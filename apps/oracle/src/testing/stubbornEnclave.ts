import { serveEnclave } from '../enclave/serve.ts'

/** An enclave whose judges never end, as a document could make them. */
serveEnclave(undefined, new URL('./endlessJudge.ts', import.meta.url))
