import { createInterface } from 'node:readline/promises'
import { progress } from '../../output.ts'

/**
 * Shows exact sentences on standard error and asks; true for a yes. `isAgreed` answers without
 * asking.
 */
export async function ask(
  sentences: readonly string[],
  question: string,
  isAgreed: boolean,
): Promise<boolean> {
  for (const sentence of sentences) progress(`  ${sentence}`)
  if (isAgreed) return true
  const prompt = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const answer = await prompt.question(`${question} (yes/no) `)
    return /^y(es)?$/i.test(answer.trim())
  } finally {
    prompt.close()
  }
}
