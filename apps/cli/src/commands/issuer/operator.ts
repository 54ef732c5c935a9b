import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createIssuerClient } from '@ambrosia/api/issuer/IssuerClient'
import { readNamedText } from '../../namedFiles.ts'
import { RefusedError } from '../../output.ts'
import { openSession } from '../../Session.ts'

/**
 * The issuer of this network, spoken to as its operator.
 * @throws Issuer.NotOperator where the home has no token of it
 */
export async function openIssuer() {
  const session = await openSession()
  const tokenFile = join(session.home, 'issuer', 'operator-token')
  if (!existsSync(tokenFile))
    throw new RefusedError(
      'Issuer.NotOperator',
      'this home holds no operator token of the issuer',
      'Run the command in the home of the issuer.',
    )
  const operatorToken = readNamedText(tokenFile).trim()
  const { issuer: url } = session.network.services
  const client = createIssuerClient({ url, operatorToken, fetch, now: Date.now })
  return { session, client }
}
