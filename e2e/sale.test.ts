import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { fixturePath } from '@ambrosia/primitives/testing/fixtures'

const CLI = fileURLToPath(new URL('../apps/cli/src/main.ts', import.meta.url))
const homes: string[] = []

type Ran = { code: number; stdout: string; stderr: string; last: Record<string, unknown> }

/** Runs the command line in a home and on ports of its own. */
function ambrosia(home: string, ...args: string[]): Promise<Ran> {
  const env = { ...process.env, AMBROSIA_HOME: home, AMBROSIA_PORTS: 'any', NODE_NO_WARNINGS: '1' }
  return new Promise((done) => {
    execFile(
      process.execPath,
      [CLI, ...args],
      { env, maxBuffer: 64 << 20 },
      (error, stdout, stderr) => {
        const code = error ? Number((error as { code?: number }).code ?? 1) : 0
        const line = stdout.trim().split('\n').at(-1) ?? ''
        const last = line.startsWith('{') ? (JSON.parse(line) as Record<string, unknown>) : {}
        done({ code, stdout, stderr, last })
      },
    )
  })
}

function newHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'ambrosia-e2e-'))
  homes.push(home)
  return home
}

after(() => {
  for (const home of homes) rmSync(home, { recursive: true, force: true })
})

describe('one whole sale', () => {
  it('sells, pays, delivers, finds no leak, refuses three attacks, refunds to the last unit', async () => {
    const home = newHome()
    const { code, last, stderr } = await ambrosia(home, 'demo', '--once', '--json')
    assert.equal(code, 0, stderr)
    assert.equal(last['version'], 1)
    assert.equal(last['ok'], true)
    assert.match(String(last['deal']), /^0x[0-9a-f]{64}$/)
    assert.equal(last['records'], 1)
    assert.equal(last['delivered'], 1)
    assert.equal(last['leaks'], 0)
    const paid = BigInt(String(last['paid']))
    const refunded = BigInt(String(last['refunded']))
    const price = 5n * 10n ** 18n
    assert.ok(paid >= (price * 95n) / 100n && paid < price)
    assert.equal(refunded, 9n * price)
    const refused = last['refused'] as { attack: string; code: string }[]
    assert.deepEqual(
      refused.map(({ code: reason }) => reason),
      ['RecordTagUsed', 'Record.DigestMismatch', 'Record.CredentialRevoked'],
    )
    const steps = last['steps'] as { name: string; ms: number; gas?: number }[]
    for (const name of [
      'issue',
      'deal',
      'seal',
      'validate',
      'consent',
      'settle',
      'deliver',
      'search',
      'cheat',
    ]) {
      assert.ok(
        steps.some((step) => step.name === name),
        name,
      )
    }
    assert.ok((steps.find((step) => step.name === 'settle')?.gas ?? 0) > 0)

    const bundle = join(home, 'delivered', 'bundle.json')
    const verified = await ambrosia(home, 'verify', bundle, '--json')
    assert.equal(verified.code, 0, verified.stderr)
    assert.equal(
      verified.last['resourceCount'],
      (JSON.parse(readFileSync(bundle, 'utf8')) as { entry: unknown[] }).entry.length,
    )
  })

  it('--kill-oracle still delivers at quorum 2', async () => {
    const { code, last, stderr } = await ambrosia(
      newHome(),
      'demo',
      '--once',
      '--json',
      '--kill-oracle',
    )
    assert.equal(code, 0, stderr)
    assert.equal(last['delivered'], 1)
  })

  it("Bundles of one's own", async (t) => {
    const files = [
      'fhir/synthea-r4/Carolee951_Sanford861_d88f994a-5efa-421d-9c40-5f116d2114a6.json',
      'fhir/hl7-ips-2.0.0/Bundle-IPS-examples-Bundle-01.json',
    ].map((file) => fixturePath(t, file))
    if (files.some((file) => file === null)) return
    const args = files.flatMap((file) => ['--bundle', file as string])
    const { code, last, stderr } = await ambrosia(newHome(), 'demo', '--once', '--json', ...args)
    assert.equal(code, 0, stderr)
    assert.equal(last['records'], 2)
    assert.equal(last['delivered'], 2)
    assert.equal(last['leaks'], 0)
  })

  it('a Bundle that is not FHIR names the file and the path, never a value', async () => {
    const { code, last } = await ambrosia(newHome(), 'demo', '--once', '--json', '--bundle', CLI)
    assert.equal(code, 1)
    assert.equal(last['ok'], false)
    const error = last['error'] as { code: string; message: string; hint: string }
    assert.equal(error.code, 'Demo.BundleRefused')
    assert.ok(error.message.includes(CLI))
    assert.notEqual(error.hint, '')
  })

  it('a wrong use exits with 2', async () => {
    const { code } = await ambrosia(newHome(), 'demo', '--no-such-option')
    assert.equal(code, 2)
  })
})
