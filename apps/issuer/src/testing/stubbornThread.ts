import { parentPort } from 'node:worker_threads'
import { fromUtf8, toUtf8 } from '@ambrosia/primitives/Bytes'
import type { FromThread, ToThread } from '../issuing/Issuing.ts'

/** A thread that does what the text of a Bundle says, as a record could make it do. */
const DEEDS: Readonly<Record<string, () => void>> = {
  'loops for ever': () => {
    for (;;);
  },
  'fills its memory': () => {
    const kept: number[][] = []
    for (;;) kept.push(new Array(1_000_000).fill(kept.length))
  },
  ends: () => process.exit(0),
  signs: () => tell({ kind: 'identity', identity: { personKey: '0x01', requestDigest: '0x02' } }),
}

parentPort?.on('message', (message: ToThread) => {
  if (message.kind === 'issue') DEEDS[toUtf8(message.request.bundle)]?.()
  else
    tell({
      kind: 'issued',
      issued: { body: fromUtf8('signed'), claimCount: 0, digestCount: 0, facets: [] },
    })
})

function tell(message: FromThread): void {
  parentPort?.postMessage(message)
}
