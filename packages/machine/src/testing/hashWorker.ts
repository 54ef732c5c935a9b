import { parentPort } from 'node:worker_threads'
import { serve } from '../HashPool.ts'

if (parentPort !== null) serve(parentPort)
