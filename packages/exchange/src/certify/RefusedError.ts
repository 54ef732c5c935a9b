import { AmbrosiaError } from '@ambrosia/primitives/Errors'

/**
 * The one answer to everything that fails before the presentation is verified; the reason stays
 * inside.
 */
export class RefusedError extends AmbrosiaError {
  constructor(cause: unknown) {
    super('Submission.Refused', 'the submission is not acceptable', {
      hint: 'Check deal, oracle, clock, receipt, signatures and presentation; an oracle does not say which is wrong.',
      cause,
    })
  }
}
