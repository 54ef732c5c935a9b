import { createInterface } from 'node:readline/promises'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { progress } from '../../output.ts'

type Streams = { input: NodeJS.ReadableStream; output: NodeJS.WritableStream; terminal?: boolean }

/**
 * Shows exact sentences on standard error and asks; true for a yes. `isAgreed` answers without
 * asking.
 * @throws Interrupted where the person leaves without an answer: Ctrl-C, Ctrl-D, a closed terminal
 */
export async function ask(
  sentences: readonly string[],
  question: string,
  isAgreed: boolean,
  streams: Streams = { input: process.stdin, output: process.stderr },
): Promise<boolean> {
  for (const sentence of sentences) progress(`  ${sentence}`)
  if (isAgreed) return true
  const prompt = createInterface(streams)
  try {
    // A terminal that is gone leaves the question open for ever.
    const gone = new Promise<undefined>((done) => prompt.once('close', () => done(undefined)))
    const leaving = (error: unknown): undefined => {
      if ((error as { code?: string }).code !== 'ABORT_ERR') throw error
    }
    const answer = await Promise.race([
      prompt.question(`${question} (yes/no) `).catch(leaving),
      gone,
    ])
    if (answer === undefined) throw new UnansweredError()
    return /^y(es)?$/i.test(answer.trim())
  } finally {
    prompt.close()
  }
}

class UnansweredError extends AmbrosiaError {
  constructor() {
    super('Interrupted', 'ended before the question was answered: nothing was agreed to', {
      hint: 'Run the command again to answer it.',
    })
  }
}
