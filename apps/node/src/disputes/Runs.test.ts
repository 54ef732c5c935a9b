import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'
import { toHash } from '@ambrosia/dispute/Claim'
import { storingElf } from '@ambrosia/dispute/testing/storingProgram'
import { useFolder } from '@ambrosia/testing/useFolder'
import { createPackages } from './Packages.ts'
import { createRuns } from './Runs.ts'

const PACK = {
  input: new Uint8Array(64).fill(7),
  inputSalt: new Uint8Array(32).fill(1),
  salt: new Uint8Array(32).fill(2),
}

it('a run that is being opened while all are closed ends too, and none is opened after', async (t) => {
  const folder = useFolder(t)
  const elf = join(folder, 'storing.elf')
  writeFileSync(elf, storingElf(50))
  const packages = createPackages(join(folder, 'packages'))
  const { promise: program, resolve } = Promise.withResolvers<string>()
  const runs = createRuns(packages, () => program)
  const adding = runs.add(PACK)
  await runs.close()
  resolve(elf)
  await assert.rejects(adding, { code: 'Run.Ended' })

  const others = createRuns(packages, async () => elf)
  const root = toHash((await others.add(PACK)).inputRoot)
  assert.ok(await others.of(root))
  await others.close()
  await assert.rejects(others.of(root), { code: 'Run.Ended' })
})
