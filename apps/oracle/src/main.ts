import { runService } from '@ambrosia/service/runService'
import { startOracle } from './start.ts'

await runService(startOracle)
