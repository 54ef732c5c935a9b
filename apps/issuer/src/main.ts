import { runService } from '@ambrosia/service/runService'
import { startIssuer } from './start.ts'

await runService(startIssuer)
