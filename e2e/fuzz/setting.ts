import { createSetting } from '@ambrosia/exchange/testing/submissionSetting'

let made: ReturnType<typeof createSetting> | undefined

/** One sound submission and the context of its judge, made once for all boundaries. */
export function soundSubmission(): ReturnType<typeof createSetting> {
  made ??= createSetting(8_000)
  return made
}
