import { runService } from '@ambrosia/service/runService'
import { startOracle } from './startOracle.ts'

await runService(startOracle)
