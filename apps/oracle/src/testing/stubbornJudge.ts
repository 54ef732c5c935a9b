import { parentPort } from 'node:worker_threads'
import type { FromThread, ToThread } from '../enclave/judging/Judging.ts'

/** A judge that does what the `criteriaHash` of a submission says, as a record could make it do. */
const DEEDS: Readonly<Record<string, () => void>> = {
  'loops for ever': () => {
    for (;;);
  },
  'backtracks for ever': () => {
    ;/^(a+)+$/.test(`${'a'.repeat(60)}!`)
  },
  'fills its memory': () => {
    const kept: number[][] = []
    for (;;) kept.push(new Array(1_000_000).fill(kept.length))
  },
  'leaves a rejection behind': () => {
    void Promise.reject(new Error('a secret of the record'))
  },
  ends: () => process.exit(0),
  asks: () => send({ kind: 'ask', id: 1, name: 'personCount', args: ['0x01', '0x02'] }),
  'asks for more': () => send({ kind: 'ask', id: 1, name: 'keep', args: ['nothing'] }),
  fails: () => send({ kind: 'failed', error: { code: 'Record.Bad', message: 'bad', hint: 'no' } }),
  judges: () => verdict('judged'),
}

parentPort?.on('message', (message: ToThread) => {
  if (message.kind === 'answer') verdict(message.value)
  else if (message.kind === 'refusal') send({ kind: 'failed', error: message.error })
  else DEEDS[message.job.body.submission.criteriaHash]?.()
})
send({ kind: 'ready' })

function verdict(value: unknown): void {
  send({ kind: 'verdict', verdict: value as never })
}

function send(message: FromThread): void {
  parentPort?.postMessage(message)
}
