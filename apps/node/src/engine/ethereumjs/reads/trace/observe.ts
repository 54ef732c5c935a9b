import type { EVMResult, InterpreterStep, Message } from '@ethereumjs/evm'
import type { RunTxResult, VM } from '@ethereumjs/vm'

/** What a tracer is told while a transaction runs, and what it says afterwards. */
export type Tracer = {
  step?(step: InterpreterStep): void
  enter?(message: Message): void
  leave?(result: EVMResult): void
  result(run: RunTxResult): unknown
}

/** Tells a tracer what a VM does; the function returned ends it. */
export function observe(vm: VM, tracer: Tracer): () => void {
  const events = vm.evm.events as unknown as {
    on(name: string, listener: (...args: never[]) => void): void
    off(name: string, listener: (...args: never[]) => void): void
  }
  // The VM waits for a listener of two parameters to call the second.
  const listenTo = <T>(name: string, take: ((event: T) => void) | undefined) => {
    if (take === undefined) return () => {}
    const listener = (event: T, done?: () => void) => {
      take(event)
      done?.()
    }
    events.on(name, listener as never)
    return () => events.off(name, listener as never)
  }
  const ends = [
    listenTo<InterpreterStep>('step', tracer.step?.bind(tracer)),
    listenTo<Message>('beforeMessage', tracer.enter?.bind(tracer)),
    listenTo<EVMResult>('afterMessage', tracer.leave?.bind(tracer)),
  ]
  return () => {
    for (const end of ends) end()
  }
}
