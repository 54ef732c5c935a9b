import { parentPort } from 'node:worker_threads'
import { serve } from '@ambrosia/machine/HashPool'

if (parentPort !== null) serve(parentPort)
