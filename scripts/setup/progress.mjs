const TERMINAL_INTERVAL_MS = 1000
const LOG_INTERVAL_MS = 10_000

/**
 * Shows a running step with its elapsed seconds on standard error; call the result when the step
 * has ended.
 */
export function showProgress(step) {
  const stream = process.stderr
  const start = Date.now()
  const seconds = () => Math.round((Date.now() - start) / 1000)
  if (!stream.isTTY) stream.write(`set up    ${step} ...\n`)
  const show = () => {
    if (stream.isTTY) stream.write(`\r\u001b[2Kset up    ${step} ... ${seconds()} s`)
    else stream.write(`set up    ${step} ... ${seconds()} s\n`)
  }
  if (stream.isTTY) show()
  const timer = setInterval(show, stream.isTTY ? TERMINAL_INTERVAL_MS : LOG_INTERVAL_MS)
  return (ok) => {
    clearInterval(timer)
    const start = stream.isTTY ? '\r\u001b[2K' : ''
    stream.write(`${start}set up    ${step}: ${ok ? 'done' : 'failed'} after ${seconds()} s\n`)
  }
}
