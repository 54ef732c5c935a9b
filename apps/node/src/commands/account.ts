/**
 * `ambrosia node account`: the account of this node, made where there is none yet. It is what a
 * network's creator must know of a member. Places are those of the node's settings (AMBROSIA_HOME,
 * AMBROSIA_DATA, AMBROSIA_PASSWORD_FILE).
 *
 *   node account.ts [--json]
 */
import { parseArgs } from 'node:util'
import { toPlain } from '@ambrosia/primitives/Errors'
import * as Config from '@ambrosia/service/Config'
import { openAccount } from '../account.ts'
import { settings } from '../config.ts'

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } })

try {
  const { address } = await openAccount(Config.read(settings, process.env))
  const account = address.toLowerCase()
  if (values.json) process.stdout.write(`${JSON.stringify({ version: 1, ok: true, account })}\n`)
  else process.stdout.write(`${account}\n`)
} catch (error) {
  const plain = toPlain(error)
  if (values.json) {
    process.stdout.write(`${JSON.stringify({ version: 1, ok: false, error: plain })}\n`)
  } else process.stderr.write(`error ${plain.code}: ${plain.message}\n`)
  process.exitCode = 1
}
