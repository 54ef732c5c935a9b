/** The point of the code at which this process ends, where its owner has named one. */
let armed: string | undefined
/** Points that were passed since the process began. */
const passed = new Set<string>()

/**
 * Makes `reach(point)` end this process. Only the owner of a development process can ask for it,
 * over the pipe that it holds, or for its start by `AMBROSIA_KILL_AT`.
 */
export function arm(point: string): void {
  armed = point
}

/**
 * Marks a point of the code at which a crash is worth a test: between two things that must both
 * happen, or neither. It does nothing unless a test named it, and then it ends the process the way
 * a power cut would. Every write of a database and of a whole file is such a point by itself.
 */
export function reach(point: string): void {
  passed.add(point)
  if (point === armed) process.kill(process.pid, 'SIGKILL')
}

/** The points that this process has passed, in the order of their first time. */
export function passedPoints(): string[] {
  return [...passed]
}
