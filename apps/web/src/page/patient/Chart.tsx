import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { ask } from '../app/worker.ts'
import { useTexts } from '../texts/Texts.tsx'
import { count, date } from '../ui/format.ts'
import { Busy, Button, Card, Field, Problem, Select, Table } from '../ui/index.tsx'
import { LabChart, YearChart } from './LabChart.tsx'

const SHOWN = 8

/** A record as a person reads one. */
export function Chart({ id }: { id: string }) {
  const texts = useTexts()
  const [series, setSeries] = useState(0)
  const { data, error, isPending } = useQuery({
    queryKey: ['chart', id],
    queryFn: () => ask('readChart', { id }),
    staleTime: Number.POSITIVE_INFINITY,
  })
  if (isPending) return <Busy>{texts.general.loading}</Busy>
  if (!data) return <Problem error={error} />
  const chosen = data.series[series]
  return (
    <Card>
      <h2>{texts.patient.chart}</h2>
      <p className="text-sm text-soft">
        {data.counts.map(({ type, count: number }) => `${count(number)} ${type}`).join(' · ')}
      </p>
      {data.years.length > 1 ? (
        <figure className="mt-4">
          <figcaption className="mb-1 text-sm font-medium">{texts.patient.timeline}</figcaption>
          <YearChart years={data.years} />
        </figure>
      ) : null}
      {chosen ? (
        <div className="mt-6">
          <div className="max-w-md">
            <Field label={texts.patient.labs}>
              <Select value={series} onChange={({ target }) => setSeries(Number(target.value))}>
                {data.series.map((one, index) => (
                  <option key={`${one.name} ${one.unit}`} value={index}>
                    {one.name} ({count(one.points.length)})
                  </option>
                ))}
              </Select>
            </Field>
          </div>
          <LabChart series={chosen} />
        </div>
      ) : null}
      <div className="mt-6 grid grid-cols-1 gap-6 lg:grid-cols-2">
        <Entries title={texts.patient.conditions} entries={data.conditions} />
        <Entries title={texts.patient.medications} entries={data.medications} />
      </div>
      <div className="mt-6">
        <Entries title={texts.patient.rest} entries={data.others} />
      </div>
    </Card>
  )
}

type EntryList = readonly { type: string; name: string; detail: string; date: string }[]

function Entries({ title, entries }: { title: string; entries: EntryList }) {
  const texts = useTexts()
  const [isWhole, setWhole] = useState(false)
  if (entries.length === 0) return null
  const shown = isWhole ? entries.slice(0, 500) : entries.slice(0, SHOWN)
  return (
    <div>
      <h3>
        {title} ({count(entries.length)})
      </h3>
      <Table caption={title} head={texts.patient.entryHead}>
        {shown.map((entry, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: entries of a record may be alike, and the list does not change
          <tr key={index}>
            <td className="break-words">{entry.name}</td>
            <td className="break-words">{entry.detail}</td>
            <td className="whitespace-nowrap">{entry.date ? date(entry.date) : ''}</td>
          </tr>
        ))}
      </Table>
      {entries.length > SHOWN ? (
        <Button kind="quiet" onClick={() => setWhole(!isWhole)}>
          {isWhole ? texts.general.less : texts.general.more(count(entries.length - SHOWN))}
        </Button>
      ) : null}
    </div>
  )
}
