import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, it } from 'node:test'
import { useFolder } from '@ambrosia/testing/useFolder'
import * as Config from './Config.ts'

const settings = {
  port: Config.integer('AMBROSIA_PORT', { default: 4200, minimum: 0, maximum: 65535 }),
  host: Config.host('AMBROSIA_HOST', 'AMBROSIA_ALLOW_REMOTE'),
  allowRemote: Config.flag('AMBROSIA_ALLOW_REMOTE', { default: false }),
  rpcUrl: Config.url('AMBROSIA_RPC_URL', { default: 'http://127.0.0.1:8545' }),
  home: Config.path('AMBROSIA_HOME', { default: '.ambrosia' }),
  level: Config.choice('AMBROSIA_LEVEL', ['low', 'high'], { default: 'low' }),
  name: Config.text('AMBROSIA_NAME', { default: 'a', pattern: /^[a-z]+$/, expected: 'letters' }),
  password: Config.optional(Config.secretFile('AMBROSIA_PASSWORD_FILE')),
  shortcut: Config.developmentOnly(Config.text('AMBROSIA_SHORTCUT', { default: 'yes' })),
}

function faultsOf(env: Config.Environment): string[] {
  try {
    Config.read(settings, env)
  } catch (error) {
    assert.ok(error instanceof Config.InvalidError)
    assert.equal(error.code, 'Config.Invalid')
    for (const { name } of error.faults) assert.ok(error.message.includes(name))
    return error.faults.map(({ name, problem }) => `${name} ${problem}`)
  }
  return []
}

describe('Config', () => {
  it('has defaults', () => {
    assert.deepEqual(Config.read(settings, {}), {
      mode: 'development',
      port: 4200,
      host: '127.0.0.1',
      allowRemote: false,
      rpcUrl: 'http://127.0.0.1:8545',
      home: resolve('.ambrosia'),
      level: 'low',
      name: 'a',
      password: undefined,
      shortcut: 'yes',
    })
  })

  it('reads the environment, below it a file, and secrets from files of their own', (t) => {
    const folder = useFolder(t)
    const file = join(folder, 'config.json')
    const passwordFile = join(folder, 'password')
    writeFileSync(passwordFile, 'marked secret\n')
    writeFileSync(
      file,
      JSON.stringify({ AMBROSIA_PORT: 1, AMBROSIA_LEVEL: 'high', AMBROSIA_NAME: 'b' }),
    )
    const config = Config.read(settings, {
      AMBROSIA_CONFIG_FILE: file,
      AMBROSIA_PORT: '0',
      AMBROSIA_NAME: '',
      AMBROSIA_RPC_URL: 'https://node.example/',
      AMBROSIA_PASSWORD_FILE: passwordFile,
    })
    assert.deepEqual([config.port, config.level, config.name], [0, 'high', 'b'])
    assert.equal(config.rpcUrl, 'https://node.example')
    assert.equal(config.password, 'marked secret')
  })

  it('names every fault at once', () => {
    const faults = faultsOf({
      AMBROSIA_PORT: '65536',
      AMBROSIA_RPC_URL: 'ftp://node',
      AMBROSIA_LEVEL: 'middle',
      AMBROSIA_NAME: 'A1',
      AMBROSIA_PASSWORD_FILE: '/nowhere/password',
    })
    assert.deepEqual(faults, [
      'AMBROSIA_PORT must be a whole number from 0 to 65535',
      'AMBROSIA_RPC_URL must be an http or https URL',
      'AMBROSIA_LEVEL must be one of low, high',
      'AMBROSIA_NAME must be letters',
      'AMBROSIA_PASSWORD_FILE names a file that is not readable',
    ])
    for (const port of ['-1', '1.5', 'x', '1e3', ' 1', '99999999999999999999']) {
      assert.equal(faultsOf({ AMBROSIA_PORT: port }).length, 1, port)
    }
    assert.equal(
      faultsOf({ AMBROSIA_RPC_URL: 'https://me:marked@node' })[0]?.includes('marked'),
      false,
    )
  })

  it('refuses an unknown environment, and files that are none', (t) => {
    const folder = useFolder(t)
    assert.deepEqual(faultsOf({ AMBROSIA_ENV: 'staging' }), [
      'AMBROSIA_ENV must be development or production',
    ])
    const file = join(folder, 'config.json')
    const cases: [string, string][] = [
      ['{', 'AMBROSIA_CONFIG_FILE names a file that is not readable JSON'],
      ['[]', 'AMBROSIA_CONFIG_FILE names a file that holds no JSON object'],
      ['{"AMBROSIA_PORTS":1}', 'AMBROSIA_PORTS is not a setting of this service'],
      [
        '{"AMBROSIA_PORT":{}}',
        'AMBROSIA_CONFIG_FILE names a file in which AMBROSIA_PORT is not a string, number or boolean',
      ],
    ]
    for (const [text, fault] of cases) {
      writeFileSync(file, text)
      assert.deepEqual(faultsOf({ AMBROSIA_CONFIG_FILE: file }), [fault])
    }
  })

  it('keeps development to the machine, and its conveniences out of production', () => {
    const open = { AMBROSIA_HOST: '0.0.0.0' }
    assert.deepEqual(faultsOf(open), [
      'AMBROSIA_HOST must be a loopback address in development, unless AMBROSIA_ALLOW_REMOTE is true',
    ])
    assert.deepEqual(faultsOf({ ...open, AMBROSIA_ALLOW_REMOTE: 'false' }).length, 1)
    assert.deepEqual(faultsOf({ ...open, AMBROSIA_ALLOW_REMOTE: 'true' }), [])
    const production = { AMBROSIA_ENV: 'production' }
    assert.deepEqual(faultsOf({ ...open, ...production }), [])
    assert.equal(Config.read(settings, production).shortcut, undefined)
    assert.deepEqual(faultsOf({ ...production, AMBROSIA_SHORTCUT: 'yes' }), [
      'AMBROSIA_SHORTCUT is a development convenience, refused in production',
    ])
  })
})
