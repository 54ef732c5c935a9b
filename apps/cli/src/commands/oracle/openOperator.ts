import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { toHex } from '@ambrosia/primitives/Bytes'
import * as Keystore from '@ambrosia/service/Keystore'
import type { LocalAccount } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { readNamedText } from '../../namedFiles.ts'
import { RefusedError } from '../../output.ts'

/** The operator's account of an oracle in this home. @throws Oracle.NotInHome, Keystore.* */
export async function openOperator(home: string, name: string): Promise<LocalAccount> {
  const path = join(home, name, 'keystore.json')
  if (!existsSync(path))
    throw new RefusedError('Oracle.NotInHome', `no oracle called ${name} is in ${home}`)
  const passwordFile = process.env['AMBROSIA_PASSWORD_FILE']
  const keystore = await Keystore.open({
    path,
    ...(passwordFile === undefined
      ? { password: Keystore.developmentPassword(home), hasRandomPassword: true }
      : { password: readNamedText(passwordFile).trimEnd() }),
  })
  const key = keystore.get('operator')
  if (key === undefined)
    throw new RefusedError('Oracle.NotInHome', `${name} has no operator account yet`)
  return privateKeyToAccount(toHex(key))
}
