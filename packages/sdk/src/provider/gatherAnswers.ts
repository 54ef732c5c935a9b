import { AmbrosiaError } from '@ambrosia/primitives/Errors'

/**
 * Waits for all answers. Once there are enough, whoever has not answered after the grace counts as
 * silent, so that one who never answers does not hold up the others.
 */
export async function gatherAnswers<T>(
  work: readonly Promise<T>[],
  options: { isEnough: (answers: readonly T[]) => boolean; graceMs: number },
): Promise<PromiseSettledResult<T>[]> {
  const answers: T[] = []
  let timer: ReturnType<typeof setTimeout> | undefined
  let giveUp = (): void => {}
  const late = new Promise<never>((_, fail) => {
    giveUp = () => fail(new SilentError())
  })
  late.catch(() => {})
  const noted = work.map(async (one) => {
    const answer = await one
    answers.push(answer)
    if (timer === undefined && options.isEnough(answers))
      timer = setTimeout(giveUp, options.graceMs)
    return answer
  })
  const settled = await Promise.allSettled(noted.map((one) => Promise.race([one, late])))
  clearTimeout(timer)
  return settled
}

export class SilentError extends AmbrosiaError {
  constructor() {
    super('Service.Silent', 'a service did not answer in time')
  }
}
