import { connect, type Socket } from 'node:net'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'

/** JSON-RPC over a Unix socket, as go-ethereum serves it: one JSON value a line. */
export type IpcClient = {
  call<T = unknown>(method: string, params: readonly unknown[]): Promise<T>
  close(): void
}

type Pending = { resolve(value: unknown): void; reject(error: Error): void; method: string }
type Answer = {
  id?: number
  result?: unknown
  error?: { code: number; message: string; data?: unknown }
}

const NEW_LINE = 10

/** Connects to the socket at `path`. @throws Ipc.Unreachable */
export function connectIpc(path: string): Promise<IpcClient> {
  return new Promise((resolve, reject) => {
    const socket = connect(path)
    const pending = new Map<number, Pending>()
    let next = 1
    const end = () => {
      for (const { reject, method } of pending.values()) reject(new UnreachableError(method))
      pending.clear()
    }
    receive(socket, (answer) => {
      const waiting = answer.id === undefined ? undefined : pending.get(answer.id)
      if (waiting === undefined) return
      pending.delete(answer.id as number)
      if (answer.error === undefined) waiting.resolve(answer.result)
      else waiting.reject(new IpcError(waiting.method, answer.error))
    })
    socket.on('close', end)
    socket.once('error', () => {
      end()
      reject(new UnreachableError('connecting'))
    })
    socket.once('connect', () =>
      resolve({
        call: <T>(method: string, params: readonly unknown[]) =>
          new Promise<T>((resolve, reject) => {
            if (!socket.writable) return reject(new UnreachableError(method))
            const id = next++
            pending.set(id, { resolve: resolve as Pending['resolve'], reject, method })
            socket.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`)
          }),
        close: () => socket.destroy(),
      }),
    )
  })
}

function receive(socket: Socket, take: (answer: Answer) => void): void {
  let parts: Buffer[] = []
  socket.on('data', (chunk: Buffer) => {
    let at = 0
    for (let end = chunk.indexOf(NEW_LINE); end >= 0; end = chunk.indexOf(NEW_LINE, at)) {
      parts.push(chunk.subarray(at, end))
      at = end + 1
      const line = Buffer.concat(parts).toString()
      parts = []
      if (line.trim() !== '') take(JSON.parse(line) as Answer)
    }
    if (at < chunk.length) parts.push(chunk.subarray(at))
  })
}

/** An error that the other side answered with; code and data are its own. */
export class IpcError extends Error {
  readonly code: number
  readonly data: unknown
  constructor(method: string, error: { code: number; message: string; data?: unknown }) {
    super(error.message)
    this.name = `IpcError(${method})`
    this.code = error.code
    this.data = error.data
  }
}

export class UnreachableError extends AmbrosiaError {
  constructor(method: string) {
    super('Ipc.Unreachable', `the engine's socket is closed (${method})`)
  }
}
