import assert from 'node:assert/strict'
import { it } from 'node:test'
import { verifierArtifacts } from './deployClaimBook.ts'
import type { CircuitKeys, Prover } from './Prover.ts'

it('verifiers of development keys are refused where only a ceremony counts, before any is read', async () => {
  const keysOf = (kinds: readonly string[]): Prover => ({
    keys: async () =>
      (['genesis', 'step', 'final'] as const).map(
        (name, index): CircuitKeys => ({
          name,
          kind: kinds[index] as string,
          verifier: '/nowhere',
          constraints: 1,
        }),
      ),
    prove: () => assert.fail(),
    verify: () => assert.fail(),
    stop: async () => {},
  })
  for (const kind of ['development', 'unknown']) {
    await assert.rejects(verifierArtifacts(keysOf([kind, 'ceremony', 'ceremony']), 'ceremony'), {
      code: 'Dispute.DevelopmentKeys',
    })
  }
  const code = 'ENOENT'
  await assert.rejects(verifierArtifacts(keysOf(['ceremony']), 'ceremony'), { code })
  await assert.rejects(verifierArtifacts(keysOf(['development']), 'development'), { code })
})
