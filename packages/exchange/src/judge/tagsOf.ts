import { fromUtf8, type Hex } from '@ambrosia/primitives/Bytes'
import { personTag, recordTag } from '../Tags.ts'
import { RecordError } from './errors.ts'
import type { VerifiedPresentation } from './Opened.ts'

/** The tags of a judged record under the deal's tag key. */
export function tagsOf(options: {
  tagKey: Uint8Array
  issuer: string
  subject: VerifiedPresentation['subject']
  /** Canonical texts of the resources; `judge` takes no others. */
  texts: readonly string[]
}): { personTag: Hex; recordTag: Hex } {
  const subjectHandle = options.subject['subjectHandle']
  if (typeof subjectHandle !== 'string')
    throw new RecordError('NoSubjectHandle', 'the presentation hides the subject handle')
  return {
    personTag: personTag(options.tagKey, { issuer: options.issuer, subjectHandle }),
    recordTag: recordTag(options.tagKey, options.texts.map(fromUtf8)),
  }
}
