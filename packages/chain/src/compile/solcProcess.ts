// Child process: reads a standard JSON input on standard input, writes the compiler's output to
// standard output. solc blocks its thread for seconds, and its WebAssembly memory goes with the
// process.
import { createRequire } from 'node:module'
import { text } from 'node:stream/consumers'

type Solc = { version(): string; compile(input: string): string }

const solc = createRequire(import.meta.url)('solc') as Solc
process.stdout.write(
  JSON.stringify({ version: solc.version(), output: solc.compile(await text(process.stdin)) }),
)
