/** The point of the code at which this process ends, where its owner has named one. */
let armed: string | undefined

/**
 * Makes `reach(point)` end this process. Only the owner of a development process can ask for it,
 * over the pipe that it holds.
 */
export function arm(point: string): void {
  armed = point
}

/**
 * Marks a point of the code at which a crash is worth a test: between two things that must both
 * happen, or neither. It does nothing unless a test named it, and then it ends the process the way
 * a power cut would.
 */
export function reach(point: string): void {
  if (point === armed) process.kill(process.pid, 'SIGKILL')
}
