import { runService } from '@ambrosia/service/runService'
import { startIssuer } from './startIssuer.ts'

await runService(startIssuer)
