import { watch } from 'node:fs'
import { join } from 'node:path'

/** Editors write a file in several steps; a change counts when none has followed for this long. */
const QUIET_MS = 150

/**
 * Calls back with the path of the last one after source files below the folders have changed, until
 * the signal comes. Tests and installed packages do not count.
 */
export function watchSources(
  folders: readonly string[],
  onChange: (file: string) => void,
  signal: AbortSignal,
): void {
  let timer: NodeJS.Timeout | undefined
  for (const folder of folders) {
    watch(folder, { recursive: true, signal }, (_kind, name) => {
      if (name === null || !isSource(name)) return
      clearTimeout(timer)
      timer = setTimeout(() => onChange(join(folder, name)), QUIET_MS)
    })
  }
  signal.addEventListener('abort', () => clearTimeout(timer), { once: true })
}

function isSource(name: string): boolean {
  const path = name.replaceAll('\\', '/')
  return /\.(ts|mts|js|mjs|json)$/.test(path) && !/\.test\.ts$|(^|\/)node_modules\//.test(path)
}
