import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { drawGrowth, type GrowthRow } from './growthPlot.ts'

const row = (kind: GrowthRow['kind'], size: number, secondsEach: number): GrowthRow => ({
  kind,
  size,
  secondsEach,
  gasEach: 200_000,
  bytesEach: 66_000,
  memoryMb: 300,
})

describe('drawGrowth', () => {
  it('draws a point for each size in every panel, higher for what takes longer', () => {
    const svg = drawGrowth([row('records', 1, 0.5), row('records', 10, 5), row('resources', 50, 1)])
    assert.equal(svg.match(/<circle/g)?.length, 3 * 4)
    assert.equal(svg.match(/<polyline/g)?.length, 8)
    const [first, second] = [...svg.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)"/g)]
    assert.ok(Number(first?.[1]) < Number(second?.[1]))
    assert.ok(Number(first?.[2]) > Number(second?.[2]))
  })

  it('draws axes where nothing was measured', () => {
    assert.ok(!/NaN|undefined|Infinity/.test(drawGrowth([])))
  })
})
