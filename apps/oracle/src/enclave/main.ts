import { serveEnclave } from './serve.ts'

serveEnclave()
