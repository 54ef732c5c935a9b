import { runService } from '@ambrosia/service/runService'
import { startStore } from './start.ts'

await runService(startStore)
