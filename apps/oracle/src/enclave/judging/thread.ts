import { serveJudge } from './serveJudge.ts'

await serveJudge()
