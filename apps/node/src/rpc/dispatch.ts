import type { Log } from '@ambrosia/service/Log'
import { CODES, RpcError } from './RpcError.ts'

/** Requests of one batch. */
const BATCH_COUNT = 1000

export type Answer = {
  jsonrpc: '2.0'
  id: unknown
  result?: unknown
  error?: { code: number; message: string; data?: unknown }
}

/** Carries out one method for one caller. */
export type Handle = (method: string, params: readonly unknown[]) => Promise<unknown>

/**
 * Answers the text of a request or of a batch (JSON-RPC 2.0); undefined where only notifications
 * came.
 */
export async function dispatch(
  text: string,
  handle: Handle,
  logger: Log,
): Promise<Answer | Answer[] | undefined> {
  let request: unknown
  try {
    request = JSON.parse(text)
  } catch {
    return failure(null, new RpcError(CODES.parse, 'parse error'))
  }
  if (!Array.isArray(request)) return answer(request, handle, logger)
  if (request.length === 0) return failure(null, new RpcError(CODES.invalidRequest, 'empty batch'))
  if (request.length > BATCH_COUNT) {
    return failure(null, new RpcError(CODES.invalidRequest, `a batch has at most ${BATCH_COUNT}`))
  }
  const answers: Answer[] = []
  // One after another: what a batch sends first is there when it reads.
  for (const one of request) {
    const result = await answer(one, handle, logger)
    if (result !== undefined) answers.push(result)
  }
  return answers.length === 0 ? undefined : answers
}

async function answer(request: unknown, handle: Handle, logger: Log): Promise<Answer | undefined> {
  if (typeof request !== 'object' || request === null || Array.isArray(request)) {
    return failure(null, new RpcError(CODES.invalidRequest, 'invalid request'))
  }
  const { jsonrpc, id, method, params } = request as Record<string, unknown>
  const isNotification = id === undefined
  try {
    const list = params ?? []
    const hasValidId = isNotification || id === null || ['string', 'number'].includes(typeof id)
    if (jsonrpc !== '2.0' || typeof method !== 'string' || !Array.isArray(list) || !hasValidId) {
      throw new RpcError(CODES.invalidRequest, 'invalid request')
    }
    const result = await handle(method, list)
    return isNotification ? undefined : { jsonrpc: '2.0', id, result: result ?? null }
  } catch (error) {
    if (isNotification && error instanceof RpcError && error.code !== CODES.invalidRequest)
      return undefined
    if (!(error instanceof RpcError)) logger.error({ err: error }, 'a request failed')
    return failure(isNotification ? null : id, error)
  }
}

function failure(id: unknown, error: unknown): Answer {
  if (error instanceof RpcError) {
    const { code, message, data } = error
    return { jsonrpc: '2.0', id, error: { code, message, ...(data !== undefined && { data }) } }
  }
  // What went wrong inside is for the log.
  return { jsonrpc: '2.0', id, error: { code: CODES.internal, message: 'internal error' } }
}
