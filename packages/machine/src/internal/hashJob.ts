import {
  allocate,
  createHasher,
  ELEMENT_SIZE,
  type Hasher,
  hashLines,
  hashNodes,
} from './hasher.ts'

/**
 * Independent hashes: of lines (128 bytes each), or of groups of eight elements in the internal
 * form (288 bytes each).
 */
export type Job = { kind: 'lines' | 'nodes'; count: number; data: Uint8Array }

/** What a thread keeps between jobs. */
export type WorkerState = { hasher: Hasher; input: number; output: number; room: number }

export function createWorkerState(): WorkerState {
  return { hasher: createHasher(), input: 0, output: 0, room: 0 }
}

/** The results of a job, one element behind the other. */
export function runJob(state: WorkerState, { kind, count, data }: Job): Uint8Array {
  if (count > state.room) {
    state.input = allocate(state.hasher, count * 8 * ELEMENT_SIZE)
    state.output = allocate(state.hasher, count * ELEMENT_SIZE)
    state.room = count
  }
  const { hasher, input, output } = state
  new Uint8Array(hasher.memory.buffer, input, data.length).set(data)
  const hash = kind === 'lines' ? hashLines : hashNodes
  hash(hasher, input, output, count)
  return new Uint8Array(hasher.memory.buffer, output, count * ELEMENT_SIZE).slice()
}
