import type { Command } from 'commander'
import type { Hex } from 'viem'
import { address } from '../../options.ts'
import { show } from '../../output.ts'

/** `ambrosia oracle doctor`. */
export function define(doctor: Command): void {
  doctor
    .argument('<operator>', 'account of the oracle operator', address)
    .addHelpText(
      'after',
      `
Looks at everything that keeps an oracle from working, and says what to do. Exit code 1 where something is wrong.

Example:
  ambrosia oracle doctor 0x…`,
    )
    .action(async (operator: Hex, _options: object, command: Command) => {
      const { openSession } = await import('../../Session.ts')
      const { examine } = await import('./examine.ts')
      const findings = await examine(await openSession(), operator)
      const ok = findings.every((finding) => finding.ok)
      show(
        command,
        { ok, operator, findings },
        findings.map(({ ok: good, what, next }) =>
          good ? `ok    ${what}` : `wrong ${what}\n      ${next}`,
        ),
      )
      if (!ok) process.exitCode = 1
    })
}
