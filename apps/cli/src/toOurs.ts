import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { reasonOf } from './namedFiles.ts'
import { UsageError } from './output.ts'

/**
 * Errors of libraries as errors of ours: a node or a service that does not answer (exit code 3), a
 * file that cannot be used (exit code 2). Their own texts hold addresses and requests. What is left
 * is a fault of this program and stays as it is.
 */
export async function toOurs(error: unknown): Promise<unknown> {
  if (error instanceof AmbrosiaError) return withWayUp(error)
  if (!(error instanceof Error)) return error
  const { syscall, path } = error as { syscall?: string; path?: string }
  if (syscall !== undefined && path !== undefined)
    return new UsageError(`${path} cannot be used: ${reasonOf(error)}`, 'Check the name.')
  if (error instanceof TypeError && error.message === 'fetch failed')
    return new AmbrosiaError('Service.Unreachable', 'a service does not answer', {
      hint: WAY_UP,
      cause: error,
    })
  // Errors of viem can be walked.
  if (!('walk' in error)) return error
  const { toChainError } = await import('@ambrosia/chain/errors')
  const ours = toChainError(error)
  return ours instanceof AmbrosiaError ? withWayUp(ours) : ours
}

const WAY_UP =
  'Start the network of this home with ./ambrosia up; for another network, check its address and that it runs.'

/** What to do about a chain that does not answer, for whoever runs it on this machine. */
function withWayUp(error: AmbrosiaError): AmbrosiaError {
  if (error.code !== 'Chain.Unreachable') return error
  return new AmbrosiaError(error.code, error.message, { hint: WAY_UP, cause: error })
}
