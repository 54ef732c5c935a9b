import * as dgram from 'node:dgram'
import dns from 'node:dns'
import { syncBuiltinESMExports } from 'node:module'
import * as net from 'node:net'
import threads from 'node:worker_threads'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'

/**
 * Takes the network away from this process: Node's permissions cover files, processes and threads,
 * not sockets (Node 24). It stops what a library might do by itself; under Gramine the manifest
 * allows no sockets either.
 */
export function closeNetwork(): void {
  const refuse = (): never => {
    throw new NoNetworkError()
  }
  const fix = (target: object, names: readonly string[]): void => {
    for (const name of names) {
      Object.defineProperty(target, name, { value: refuse, writable: false, configurable: false })
    }
  }
  fix(net.Socket.prototype, ['connect'])
  fix(net.Server.prototype, ['listen'])
  fix(dgram.Socket.prototype, ['bind', 'connect', 'send'])
  fix(dns, ['lookup', 'resolve', 'resolve4', 'resolve6'])
  fix(globalThis, ['fetch', 'WebSocket', 'EventSource'])
}

/**
 * Takes threads away from everything that did not take hold of them before: the judges are threads,
 * and one of another program would have a network.
 */
export function closeThreads(): void {
  const refuse = function refuse(): never {
    throw new NoThreadsError()
  }
  Object.defineProperty(threads, 'Worker', { value: refuse, writable: false, configurable: false })
  syncBuiltinESMExports()
}

export class NoThreadsError extends AmbrosiaError {
  constructor() {
    super('Enclave.NoThreads', 'an enclave has no threads but its judges')
  }
}

export class NoNetworkError extends AmbrosiaError {
  constructor() {
    super('Enclave.NoNetwork', 'an enclave has no network')
  }
}
