import assert from 'node:assert/strict'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { useFolder } from '@ambrosia/testing/useFolder'
import * as Config from './Config.ts'
import { commonSettings, openKeystore, placesOf } from './settings.ts'

describe('settings', () => {
  it('gives each service places of its own', () => {
    const config = Config.read(commonSettings, { AMBROSIA_HOME: '/srv/a' })
    assert.deepEqual(placesOf(config, 'store'), {
      dataFolder: '/srv/a/store',
      networkFile: '/srv/a/network.json',
      databaseUrl: 'sqlite:/srv/a/store/store.sqlite',
    })
    const env = {
      AMBROSIA_DATA: '/data',
      AMBROSIA_NETWORK_FILE: '/n.json',
      AMBROSIA_DATABASE_URL: 'sqlite:/x',
    }
    assert.deepEqual(placesOf(Config.read(commonSettings, env), 'store'), {
      dataFolder: '/data',
      networkFile: '/n.json',
      databaseUrl: 'sqlite:/x',
    })
  })

  it('makes a password in development only', async (t) => {
    const home = useFolder(t)
    const development = Config.read(commonSettings, { AMBROSIA_HOME: home })
    const keystore = await openKeystore(development, placesOf(development, 'store'))
    keystore.add('a', new Uint8Array(32))
    assert.ok(existsSync(join(home, 'development-password')))
    const production = Config.read(commonSettings, {
      AMBROSIA_HOME: home,
      AMBROSIA_ENV: 'production',
    })
    await assert.rejects(openKeystore(production, placesOf(production, 'store')), {
      code: 'Config.Invalid',
      message: /AMBROSIA_PASSWORD_FILE is not set, and production needs it/,
    })
  })

  it('opens with the password of a file', async (t) => {
    const home = useFolder(t)
    const file = join(home, 'password')
    writeFileSync(file, 'correct horse\n')
    const env = { AMBROSIA_HOME: home, AMBROSIA_ENV: 'production', AMBROSIA_PASSWORD_FILE: file }
    const config = Config.read(commonSettings, env)
    await openKeystore(config, placesOf(config, 'store'))
    writeFileSync(file, 'other')
    const other = Config.read(commonSettings, env)
    await assert.rejects(openKeystore(other, placesOf(other, 'store')), {
      code: 'Keystore.WrongPassword',
    })
  })

  it('reads flags', () => {
    const trust = (text: string) =>
      Config.read(commonSettings, { AMBROSIA_TRUST_PROXY: text }).trustProxy
    assert.deepEqual([trust('true'), trust('false'), trust('')], [true, false, false])
    assert.throws(() => trust('yes'), { message: /AMBROSIA_TRUST_PROXY must be true or false/ })
  })
})
