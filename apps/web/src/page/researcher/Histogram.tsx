import { Bar, BarChart, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts'
import { useTexts } from '../texts/Texts.tsx'
import { count } from '../ui/format.ts'

const BINS = 10
const AXIS = { stroke: 'var(--soft)', fontSize: 12 }

/** How a value spreads over the cohort. */
export function Histogram({ values, name }: { values: readonly number[]; name: string }) {
  const texts = useTexts()
  const low = Math.min(...values)
  const high = Math.max(...values)
  const width = (high - low) / BINS || 1
  const bins = Array.from({ length: BINS }, (_, index) => ({
    from: Number((low + index * width).toPrecision(4)),
    count: 0,
  }))
  for (const value of values) {
    const bin = bins[Math.min(BINS - 1, Math.floor((value - low) / width))]
    if (bin) bin.count++
  }
  return (
    <figure className="mt-2">
      <figcaption className="text-soft">
        {texts.researcher.spreadAbout(name, count(values.length), String(low), String(high))}
      </figcaption>
      <div aria-hidden="true" className="h-40">
        <ResponsiveContainer
          width="100%"
          height="100%"
          initialDimension={{ width: 320, height: 160 }}
        >
          <BarChart
            data={bins}
            accessibilityLayer={false}
            margin={{ top: 4, right: 8, bottom: 0, left: 0 }}
          >
            <XAxis dataKey="from" {...AXIS} />
            <YAxis {...AXIS} width={32} allowDecimals={false} />
            <Tooltip
              isAnimationActive={false}
              cursor={{ fill: 'var(--line)' }}
              contentStyle={{
                background: 'var(--surface)',
                border: '1px solid var(--line)',
                color: 'var(--ink)',
              }}
            />
            <Bar dataKey="count" fill="var(--accent)" isAnimationActive={false} />
          </BarChart>
        </ResponsiveContainer>
      </div>
    </figure>
  )
}
