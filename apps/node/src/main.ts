import { runService } from '@ambrosia/service/runService'
import { startNode } from './start.ts'

await runService(startNode)
