// What lyingRuns.mjs puts in the place of RunThread.

import { lyingRun } from '@ambrosia/dispute/liars'
import * as RunThread from '@ambrosia/dispute/process/RunThread'

export const startRun: typeof RunThread.startRun = async (elf, pack) => {
  const run = await RunThread.startRun(elf, pack)
  const from = BigInt(process.env['AMBROSIA_TEST_LIE_AT'] ?? '0')
  return { ...lyingRun(run, from), close: run.close }
}
