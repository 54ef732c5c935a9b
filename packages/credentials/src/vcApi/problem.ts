import { AmbrosiaError, toPlain } from '@ambrosia/primitives/Errors'

/** An answer of the VC-API: HTTP status and JSON body. */
export type Answer = { status: number; body: object }

/** Problem details (RFC 9457) with the types that the W3C specifications name. */
export type Problem = { type: string; code: string; title: string; detail: string }

const MODEL = 'https://www.w3.org/TR/vc-data-model#'
const SECURITY = 'https://w3id.org/security#'
const STATUS = 'https://www.w3.org/ns/credentials/status-list#'

/** Types by code of error; the first that the code begins with counts. */
const TYPES: readonly (readonly [string, string])[] = [
  ['StatusList.OutOfRange', `${STATUS}RANGE_ERROR`],
  ['StatusList.InvalidLength', `${STATUS}STATUS_LIST_LENGTH_ERROR`],
  ['StatusList.Malformed', `${STATUS}MALFORMED_VALUE_ERROR`],
  ['StatusList.Unavailable', `${STATUS}STATUS_RETRIEVAL_ERROR`],
  ['StatusList.', `${STATUS}STATUS_VERIFICATION_ERROR`],
  ['DataModel.', `${MODEL}MALFORMED_VALUE_ERROR`],
  ['VcApi.', `${MODEL}PARSING_ERROR`],
  ['Contexts.', `${MODEL}PARSING_ERROR`],
  ['Credential.Malformed', `${MODEL}MALFORMED_VALUE_ERROR`],
  ['Credential.Expired', `${MODEL}RANGE_ERROR`],
  ['Credential.NotYetValid', `${MODEL}RANGE_ERROR`],
  ['Credential.IssuerUnresolved', `${SECURITY}INVALID_CONTROLLED_IDENTIFIER_DOCUMENT`],
  ['Credential.IssuerDeactivated', `${SECURITY}INVALID_CONTROLLED_IDENTIFIER_DOCUMENT`],
  ['Credential.KeyNotAuthorized', `${SECURITY}INVALID_VERIFICATION_METHOD`],
  ['Credential.', `${SECURITY}PROOF_VERIFICATION_ERROR`],
]

/** The problem of an error of ours. */
export function toProblem(error: AmbrosiaError): Problem {
  const { code, message, hint } = toPlain(error)
  const type = TYPES.find(([prefix]) => code.startsWith(prefix))?.[1] ?? `${MODEL}PARSING_ERROR`
  return { type, code, title: message, detail: hint === '' ? message : hint }
}

/** Runs a handler; what it refuses becomes an answer 400, what is not a refusal is thrown on. */
export async function answer(handle: () => Promise<Answer>): Promise<Answer> {
  try {
    return await handle()
  } catch (error) {
    if (!(error instanceof AmbrosiaError)) throw error
    const problem = toProblem(error)
    return {
      status: 400,
      body: { verified: false, problemDetails: [problem], errors: [problem.title] },
    }
  }
}

export class InvalidRequestError extends AmbrosiaError {
  constructor(what: string) {
    super('VcApi.InvalidRequest', what)
  }
}
