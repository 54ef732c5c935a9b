/** An error of JSON-RPC 2.0, with the codes that Ethereum's clients use (EIP-1474). */
export class RpcError extends Error {
  readonly code: number
  readonly data: unknown

  constructor(code: number, message: string, data?: unknown) {
    super(message)
    this.name = 'RpcError'
    this.code = code
    this.data = data
  }
}

export const CODES = {
  parse: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internal: -32603,
  /** What go-ethereum answers with where a request is understood and can't be met. */
  server: -32000,
  limit: -32005,
  /** A call that reverted; its data goes along. */
  reverted: 3,
} as const

export function invalidParams(what: string): RpcError {
  return new RpcError(CODES.invalidParams, what)
}

export function methodNotFound(method: string): RpcError {
  const shown = /^[\w]{1,64}$/.test(method) ? method : 'of that name'
  return new RpcError(CODES.methodNotFound, `the method ${shown} does not exist/is not available`)
}
