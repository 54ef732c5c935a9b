import type { Command } from 'commander'
import { EXIT, show } from '../../output.ts'
import { whileWaiting } from '../../whileWaiting.ts'

/**
 * `ambrosia record findings`: all that keeps an issuer from signing a record, before it is asked.
 */
export function define(command: Command): void {
  command
    .argument('<file>', 'FHIR R4 file of one person; .gz too')
    .option('--errors', 'only what an issuer refuses', false)
    .addHelpText(
      'after',
      `
An error is what an issuer refuses; a warning is what stands in the record and counts for no claim. It names places, rules and what to
do, never a value of the record: it can be handed to whoever made the file. Nothing leaves this machine. Exit code 1 with an error.

Examples:
  ambrosia record findings record.json
  ambrosia record findings record.json --errors --json

With --json: {"version":1,"ok":false,"resources":231,"errors":1,"warnings":0,"findings":[{"severity":"error","pointer":"/entry/3/resource/status","resource":3,"path":"Observation.status","rule":"schema.enum","message":"…","advice":"…"}]}`,
    )
    .action(async (file: string, { errors: only }: { errors: boolean }, called: Command) => {
      const { readFindings } = await import('./readFindings.ts')
      const all = await whileWaiting('checking', () => readFindings(file))
      const findings = all.findings.filter(({ severity }) => !only || severity === 'error')
      const errors = all.findings.filter(({ severity }) => severity === 'error').length
      const warnings = all.findings.length - errors
      if (errors > 0) process.exitCode = EXIT.failed
      show(called, { ...all, ok: errors === 0, errors, warnings, findings }, [
        ...findings.flatMap(({ severity, pointer, path, rule, message, advice }) => [
          `${severity.padEnd(8)} ${pointer}`,
          `         ${path} ${message} (${rule})`,
          `         ${advice}`,
        ]),
        ...(all.seems === undefined
          ? []
          : [
              `It seems to be FHIR ${all.seems.version} (${all.seems.sign}): export it as FHIR R4 (4.0.1).`,
            ]),
        `${all.resources} resources: ${errors} ${errors === 1 ? 'error' : 'errors'}, ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`,
      ])
    })
}
