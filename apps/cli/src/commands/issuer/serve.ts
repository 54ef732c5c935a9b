import type { Command } from 'commander'
import { wholeNumber } from '../../options.ts'
import { progress, show } from '../../output.ts'
import type { VcApiOptions } from './vcApi.ts'

/** `ambrosia issuer serve`: the W3C VC-API without a chain, for test suites and for trying. */
export function define(serve: Command): void {
  serve
    .option('--port <port>', 'port; 0 takes a free one', wholeNumber(0, 65_535), 4180)
    .option('--host <address>', 'address to listen at', '127.0.0.1')
    .option('--contexts <dir>', 'folder of more JSON-LD contexts')
    .option('--bbs-key <file>', 'BLS12-381-G2 key of "did key"; else a new one')
    .option('--eddsa-key <file>', 'Ed25519 key of "did key"; else a new one')
    .addHelpText(
      'after',
      `
Bases: /vc/bbs-2023 and /vc/eddsa-rdfc-2022, each with
  POST /credentials/issue  /credentials/verify  /credentials/derive  /credentials/status  /presentations/verify
Status lists: GET /vc/eddsa-rdfc-2022/status/revocation and .../suspension; ask for an entry with
  "options": {"credentialStatus": {"type": "BitstringStatusListEntry", "statusPurpose": "revocation"}}
They are kept in memory only.
Contexts: the folder has JSON files; one without @context maps URLs to the others, {"https://a.example/v1": "a.jsonld"}.

Examples:
  ambrosia issuer serve --port 4180 --contexts contexts
  ambrosia issuer serve --port 0 --json`,
    )
    .action(async (options: VcApiOptions, command: Command) => {
      const { serveVcApi } = await import('./vcApi.ts')
      const { url, issuers, close } = await serveVcApi(options)
      show(
        command,
        { url, issuers },
        Object.entries(issuers).map(([base, did]) => `${url}${base} ${did}`),
      )
      progress('Ctrl-C ends')
      await new Promise<void>((resolve) => {
        for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => resolve())
      })
      await close()
    })
}
