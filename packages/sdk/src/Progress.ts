/** A step of an action: how much of it is done, out of how much, in which unit. */
export type Progress = {
  step: string
  done: number
  total?: number
  unit: 'bytes' | 'resources' | 'oracles' | 'transactions' | 'records'
}

/** Told about every step; must not throw. */
export type OnProgress = (progress: Progress) => void

export const ignoreProgress: OnProgress = () => {}
