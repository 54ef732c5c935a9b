import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'
import { defer } from '@ambrosia/testing/defer'
import { useFolder } from '@ambrosia/testing/useFolder'
import { openRun } from '../Run.ts'
import { stepsOf, storingElf, storingProgram } from '../testing/storingProgram.ts'
import { startRun } from './RunThread.ts'

const PACK = {
  input: new Uint8Array(64).fill(7),
  inputSalt: new Uint8Array(32).fill(1),
  salt: new Uint8Array(32).fill(2),
}

it('a run on a thread says what the same run says here, fails as it fails, and ends', async (t) => {
  const elf = join(useFolder(t), 'storing.elf')
  writeFileSync(elf, storingElf(50))
  const [here, there] = [await openRun(storingProgram(50), PACK), await startRun(elf, PACK)]
  defer(t, () => there.close())
  const { programId, inputRoot, inputLength } = here
  assert.deepEqual(
    { programId, inputRoot, inputLength },
    {
      programId: there.programId,
      inputRoot: there.inputRoot,
      inputLength: there.inputLength,
    },
  )
  const points = [0n, 7n, 100n, stepsOf(50)]
  assert.deepEqual(await there.hashesAt(points), await here.hashesAt(points))
  assert.deepEqual(await there.ending(10_000n), await here.ending(10_000n))
  assert.deepEqual(await there.genesisInput(), await here.genesisInput())
  assert.deepEqual(await there.stepInput(9n), await here.stepInput(9n))
  assert.deepEqual(await there.finalInput(10_000n), await here.finalInput(10_000n))
  await assert.rejects(there.hashesAt([-1n]), { code: 'Execution.Step' })
  const asked = there.hashesAt([12n, 13n])
  await there.close()
  await assert.rejects(asked, { code: 'Run.Ended' })
  await assert.rejects(there.hashesAt([1n]), { code: 'Run.Ended' })
})

it('a file that is not a program is refused with the code of the machine', async (t) => {
  const elf = join(useFolder(t), 'none.elf')
  writeFileSync(elf, 'none')
  await assert.rejects(startRun(elf, PACK), { code: /^(Machine|Elf|Program)\./ })
  await assert.rejects(startRun(`${elf}.absent`, PACK))
})
