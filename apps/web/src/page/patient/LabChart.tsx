import { useState } from 'react'
import {
  Bar,
  BarChart,
  CartesianGrid,
  Line,
  LineChart,
  ReferenceArea,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts'
import { useTexts } from '../texts/Texts.tsx'
import { date } from '../ui/format.ts'
import { Table } from '../ui/index.tsx'

type Series = {
  name: string
  unit: string
  low?: number
  high?: number
  points: readonly { date: string; value: number }[]
}

const AXIS = { stroke: 'var(--soft)', fontSize: 12 }
const BOX = {
  background: 'var(--surface)',
  border: '1px solid var(--line)',
  borderRadius: 8,
  color: 'var(--ink)',
}

/** One laboratory value over time, with its unit and the range that the laboratory gave. */
export function LabChart({ series }: { series: Series }) {
  const texts = useTexts()
  const [isTableOpen, setTableOpen] = useState(false)
  const { low, high, unit, name, points } = series
  const range =
    low === undefined && high === undefined
      ? texts.patient.noRange
      : texts.patient.range(`${low ?? '–'} – ${high ?? '–'} ${unit}`)
  return (
    <figure className="mt-3">
      <figcaption className="text-sm text-soft">
        {name}, {unit}. {range}
      </figcaption>
      <div aria-hidden="true" className="h-56">
        <ResponsiveContainer
          width="100%"
          height="100%"
          initialDimension={{ width: 320, height: 200 }}
        >
          <LineChart
            data={[...points]}
            margin={{ top: 8, right: 8, bottom: 0, left: 0 }}
            accessibilityLayer={false}
          >
            <CartesianGrid stroke="var(--line)" vertical={false} />
            <XAxis dataKey="date" {...AXIS} minTickGap={24} />
            <YAxis {...AXIS} width={44} domain={['auto', 'auto']} />
            <Tooltip contentStyle={BOX} isAnimationActive={false} />
            {low !== undefined && high !== undefined ? (
              <ReferenceArea y1={low} y2={high} fill="var(--good)" fillOpacity={0.12} />
            ) : null}
            <Line
              dataKey="value"
              name={`${name} (${unit})`}
              stroke="var(--accent)"
              strokeWidth={2}
              dot={{ r: 3 }}
              isAnimationActive={false}
            />
          </LineChart>
        </ResponsiveContainer>
      </div>
      <details
        className="mt-1 text-sm"
        onToggle={({ currentTarget }) => setTableOpen(currentTarget.open)}
      >
        <summary className="text-accent">{texts.patient.asTable}</summary>
        {isTableOpen ? (
          <Table caption={name} head={texts.patient.labHead(unit)}>
            {points.map((point, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: two results may have one date, and the list does not change
              <tr key={index}>
                <td>{date(point.date)}</td>
                <td>{point.value}</td>
              </tr>
            ))}
          </Table>
        ) : null}
      </details>
    </figure>
  )
}

/** How much of a record comes from each year. */
export function YearChart({ years }: { years: readonly { year: string; count: number }[] }) {
  return (
    <div aria-hidden="true" className="h-32">
      <ResponsiveContainer
        width="100%"
        height="100%"
        initialDimension={{ width: 320, height: 120 }}
      >
        <BarChart
          data={[...years]}
          margin={{ top: 4, right: 8, bottom: 0, left: 0 }}
          accessibilityLayer={false}
        >
          <XAxis dataKey="year" {...AXIS} minTickGap={16} />
          <YAxis {...AXIS} width={32} allowDecimals={false} />
          <Tooltip
            contentStyle={BOX}
            isAnimationActive={false}
            cursor={{ fill: 'var(--raised)' }}
          />
          <Bar
            dataKey="count"
            fill="var(--accent)"
            radius={[3, 3, 0, 0]}
            isAnimationActive={false}
          />
        </BarChart>
      </ResponsiveContainer>
    </div>
  )
}
