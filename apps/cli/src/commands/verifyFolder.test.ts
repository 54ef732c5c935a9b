import assert from 'node:assert/strict'
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, describe, it } from 'node:test'
import * as Credential from '@ambrosia/credentials/Credential'
import * as DidKey from '@ambrosia/credentials/DidKey'
import * as Delivery from '@ambrosia/exchange/Delivery'
import { toBundleText } from '@ambrosia/exchange/IssuedRecord'
import { payloadResources } from '@ambrosia/exchange/offer/payloadResources'
import * as Payload from '@ambrosia/exchange/Payload'
import { sealContext } from '@ambrosia/exchange/SealContext'
import { forgedCredential } from '@ambrosia/exchange/testing/forgedCredential'
import { createSetting } from '@ambrosia/exchange/testing/submissionSetting'
import { fromHex, toHex } from '@ambrosia/primitives/Bytes'
import type { DeliveryProof } from '@ambrosia/sdk/consumer/verifyDelivery'
import * as Envelope from '@ambrosia/sealing/Envelope'
import * as Seal from '@ambrosia/sealing/Seal'
import { endOfSuite } from '@ambrosia/testing/defer'
import { useFolder } from '@ambrosia/testing/useFolder'
import { lastJson, startCli } from '../testing/runCli.ts'

type Setting = Awaited<ReturnType<typeof createSetting>>

/** A delivery as `ambrosia consumer collect` writes it. */
async function createDelivery(setting: Setting): Promise<{ bundle: string; proof: DeliveryProof }> {
  const { deal, parts, offer, context } = setting
  const seal = sealContext({ ...deal, provider: parts.account.address })
  const [envelope] = offer.manifest.recipients
  assert.ok(envelope)
  const { privateKey } = context.self
  const dataKey = await Envelope.unwrap({ envelope, privateKey, context: seal })
  const { presentation, resources } = Payload.decode(
    await Seal.openBytes({ ciphertext: offer.sealed, dataKey, context: seal }),
  )
  const proof: DeliveryProof = {
    version: 1,
    chainId: deal.chainId,
    dealBook: deal.dealBook,
    dealId: deal.dealId,
    recordId: toHex(new Uint8Array(32)),
    consumer: deal.consumer,
    settledAt: new Date(Number(parts.asOfSec) * 1000).toISOString(),
    criteria: deal.criteria,
    resources: resources.map(({ salt }) => ({ salt })),
    presentation,
    issuerDocument: DidKey.toDidDocument(String(presentation['issuer'])),
  }
  return { bundle: toBundleText(resources), proof }
}

/** The presentation of the delivery as if another key had signed the credential. */
async function forgedPresentation({ deal, domain, parts }: Setting) {
  const { record, loader, selected } = parts
  const { dealId, consumer } = deal
  const payloadRoot = Payload.root(payloadResources(record, selected.indexes))
  return await Credential.deriveBbs({
    signed: await forgedCredential(record.credential, loader),
    selectivePointers: selected.pointers.shared,
    presentationHeader: fromHex(Delivery.hash({ dealId, consumer, payloadRoot }, domain)),
    loader,
  })
}

describe('a folder of deliveries', () => {
  const suite = endOfSuite()
  let home: string
  let folder: string
  let setting: Setting
  let delivery: Awaited<ReturnType<typeof createDelivery>>
  before(async () => {
    home = useFolder(suite)
    folder = join(home, 'delivered')
    setting = await createSetting(8_000)
    delivery = await createDelivery(setting)
  })

  const write = (name: string, { bundle, proof } = delivery): void => {
    writeFileSync(join(folder, `${name}.bundle.json`), bundle)
    writeFileSync(join(folder, `${name}.proof.json`), JSON.stringify(proof))
  }
  const verify = async (path = folder) => {
    const ran = await startCli(['--json', 'verify', path], { env: { AMBROSIA_HOME: home } })
    return { status: ran.status, stderr: ran.stderr, ...lastJson(ran.stdout) }
  }
  const another: DeliveryProof['recordId'] = `0x${'1'.repeat(64)}`

  it('is verified whole, and a copy of a record counts once', async () => {
    mkdirSync(folder)
    write('a')
    write('b')
    write('c', { ...delivery, proof: { ...delivery.proof, recordId: another } })
    const result = await verify()
    const count = delivery.proof.resources.length
    assert.equal(result.status, 0, result.stderr)
    const { ok, verified, refused, records, resources } = result as Record<string, unknown>
    assert.deepEqual([ok, refused, records, resources], [true, [], 2, 2 * count])
    const named = (verified as { file: string }[]).map(({ file }) => file)
    assert.deepEqual(named, ['a.bundle.json', 'b.bundle.json', 'c.bundle.json'])
  })

  it('one that is changed, cut or alone is named and refused, the others are verified', async () => {
    const { bundle } = delivery
    write('changed', { ...delivery, bundle: bundle.replace(/("value":)(\d)/, '$19$2') })
    write('cut', { ...delivery, bundle: bundle.slice(0, -20) })
    copyFileSync(join(folder, 'a.bundle.json'), join(folder, 'noproof.bundle.json'))
    copyFileSync(join(folder, 'a.proof.json'), join(folder, 'nobundle.proof.json'))
    writeFileSync(join(folder, 'notes.json'), '{}')
    const result = await verify()
    assert.equal(result.status, 1)
    const { ok, verified, refused } = result as unknown as {
      ok: boolean
      verified: unknown[]
      refused: { file: string; code: string }[]
    }
    assert.deepEqual([ok, verified.length], [false, 3])
    assert.deepEqual(
      refused.map(({ file, code }) => `${file} ${code}`),
      [
        'changed.bundle.json Delivery.Changed',
        'cut.bundle.json CanonicalJson.Invalid',
        'nobundle.bundle.json Delivery.Incomplete',
        'noproof.bundle.json Delivery.Incomplete',
      ],
    )
    assert.ok(readFileSync(join(folder, 'changed.bundle.json'), 'utf8') !== bundle)
    assert.match(result.stderr, /cut\.bundle\.json: .*CanonicalJson\.Invalid/)
  })

  it('is exported with its proofs, which are checked first: one that is refused writes nothing', async () => {
    const out = join(home, 'exported')
    const exportOf = (to: string, ...names: string[]) =>
      startCli(
        ['record', 'export', ...names.map((name) => join(folder, `${name}.bundle.json`))].concat(
          ...['--proofs', '--format', 'ndjson', '--out', to],
        ),
        { env: { AMBROSIA_HOME: home } },
      )
    const done = await exportOf(out, 'a', 'c')
    assert.equal(done.status, 0, done.stderr)
    const again = await verify(join(out, 'proofs'))
    const { ok, records } = again as Record<string, unknown>
    assert.deepEqual([again.status, ok, records], [0, true, 2])
    for (const wrong of ['changed', 'noproof']) {
      const to = join(home, `not-${wrong}`)
      const refused = await exportOf(to, 'a', wrong)
      assert.notEqual(refused.status, 0)
      assert.ok(!existsSync(to), refused.stderr)
    }
  })

  it('of many deliveries is checked on all processors, and each forged one is named', async () => {
    rmSync(folder, { recursive: true })
    mkdirSync(folder)
    const names = Array.from({ length: 40 }, (_, i) => String(i).padStart(2, '0'))
    const forged = await forgedPresentation(setting)
    for (const name of names) {
      const recordId: DeliveryProof['recordId'] = `0x${name.padStart(64, '0')}`
      const bundle = name === '07' ? '{}' : delivery.bundle
      const { presentation } = delivery.proof
      const shown = ['12', '33'].includes(name) ? forged : presentation
      write(name, { bundle, proof: { ...delivery.proof, recordId, presentation: shown } })
    }
    const result = await verify()
    assert.equal(result.status, 1)
    const { verified, refused, records } = result as unknown as {
      verified: { file: string }[]
      refused: { file: string; code: string }[]
      records: number
    }
    assert.equal(records, 37)
    assert.deepEqual(
      verified.map(({ file }) => file),
      names
        .filter((name) => !['07', '12', '33'].includes(name))
        .map((name) => `${name}.bundle.json`),
    )
    assert.deepEqual(
      refused.map(({ file, code }) => [file, code]),
      [
        ['07.bundle.json', 'Delivery.Changed'],
        ['12.bundle.json', 'Credential.ProofInvalid'],
        ['33.bundle.json', 'Credential.ProofInvalid'],
      ],
    )
  })

  it('without a delivery is a wrong use, not a success', async () => {
    rmSync(folder, { recursive: true })
    mkdirSync(folder)
    assert.equal((await verify()).status, 2)
    assert.equal((await verify(join(folder, 'nothing.bundle.json'))).status, 2)
  })
})
