import { AmbrosiaError } from '@ambrosia/primitives/Errors'

/** The part of `fetch` that the clients need; an argument, so that tests and browsers bring their own. */
export type Fetch = (url: string, init?: RequestInit) => Promise<Response>

/** A refusal that a service gave, with the service's own stable code (RFC 9457 problem details). */
export class ServiceError extends AmbrosiaError {
  readonly status: number
  constructor(code: string, message: string, status: number, hint?: string) {
    super(code, message, { hint, details: { status } })
    this.status = status
  }
}

/** A service that does not answer. */
export class UnreachableError extends AmbrosiaError {
  constructor(service: string, origin: string, cause: unknown) {
    super('Service.Unreachable', `the ${service} at ${origin} does not answer`, {
      hint: 'Check that it runs and that the address is right; what was done so far is kept, so try again.',
      cause,
    })
  }
}

/** Sends a request; answers outside 2xx become errors with the service's code. @throws ServiceError, Service.Unreachable */
export async function request(
  send: Fetch,
  service: string,
  url: string,
  init: RequestInit = {},
): Promise<Response> {
  let response: Response
  try {
    response = await send(url, init)
  } catch (cause) {
    throw new UnreachableError(service, new URL(url).origin, cause)
  }
  if (response.ok) return response
  const problem = await readProblem(response)
  throw new ServiceError(
    problem.code ?? `Http.${response.status}`,
    problem.detail ?? problem.title ?? `the ${service} answered ${response.status}`,
    response.status,
    problem.hint,
  )
}

type Problem = { code?: string; title?: string; detail?: string; hint?: string }

async function readProblem(response: Response): Promise<Problem> {
  try {
    return (await response.json()) as Problem
  } catch {
    return {}
  }
}
