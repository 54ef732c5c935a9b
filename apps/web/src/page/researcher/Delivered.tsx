import { useMutation, useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { ask } from '../app/worker.ts'
import { useTexts } from '../texts/Texts.tsx'
import { count } from '../ui/format.ts'
import { Badge, Busy, Button, Field, Hash, Problem, Select, Table } from '../ui/index.tsx'

const Histogram = lazy(() =>
  import('./Histogram.tsx').then((module) => ({ default: module.Histogram })),
)

/** The delivered records of a deal: tables, how values spread, files, and each checked again. */
export function Delivered({ dealId }: { dealId: `0x${string}` }) {
  const texts = useTexts()
  const [table, setTable] = useState(0)
  const [value, setValue] = useState(0)
  const data = useQuery({
    queryKey: ['explore', dealId],
    queryFn: () => ask('explore', { dealId }),
    retry: false,
  })
  const verify = useMutation({ mutationFn: () => ask('verifyAll', { dealId }) })
  const save = useMutation({
    mutationFn: async (form: 'csv' | 'parquet' | 'ndjson') => {
      const name = data.data?.tables[table]?.name ?? ''
      saveFile(await ask('download', { dealId, form, table: name }))
    },
  })
  if (data.isPending) return <Busy>{texts.general.loading}</Busy>
  if (!data.data) return <Problem error={data.error} />
  const shown = data.data.tables[table]
  const values = data.data.values[value]
  return (
    <div className="space-y-4 rounded-lg bg-raised p-3 text-sm" data-delivered={data.data.records}>
      <p>{texts.researcher.delivered(count(data.data.records), count(data.data.resources))}</p>
      <div className="flex flex-wrap gap-2">
        <Button disabled={verify.isPending} onClick={() => verify.mutate()}>
          {texts.researcher.verify}
        </Button>
        {(['csv', 'parquet', 'ndjson'] as const).map((form) => (
          <Button key={form} disabled={save.isPending} onClick={() => save.mutate(form)}>
            {form === 'csv' ? 'CSV' : form === 'parquet' ? 'Parquet' : 'NDJSON'}
          </Button>
        ))}
      </div>
      <Problem error={verify.error ?? save.error} />
      <ul className="space-y-1">
        {verify.data?.map((one) => (
          <li
            key={one.recordId}
            className="flex flex-wrap items-center gap-2"
            data-verified={one.isGood}
          >
            <Badge tone={one.isGood ? 'good' : 'bad'}>
              {one.isGood ? texts.researcher.verified : one.problem}
            </Badge>
            <Hash value={one.recordId} />
            {one.isGood ? <span className="break-all text-soft">{one.issuer}</span> : null}
          </li>
        ))}
      </ul>
      {values ? (
        <div>
          <div className="max-w-sm">
            <Field label={texts.researcher.spread}>
              <Select value={value} onChange={({ target }) => setValue(Number(target.value))}>
                {data.data.values.map(({ name, values: list }, index) => (
                  <option key={name} value={index}>
                    {name} ({count(list.length)})
                  </option>
                ))}
              </Select>
            </Field>
          </div>
          <Suspense fallback={<Busy>{texts.general.loading}</Busy>}>
            <Histogram values={values.values} name={values.name} />
          </Suspense>
        </div>
      ) : null}
      {shown ? (
        <div>
          <div className="max-w-sm">
            <Field label={texts.researcher.table}>
              <Select value={table} onChange={({ target }) => setTable(Number(target.value))}>
                {data.data.tables.map(({ name, rowCount }, index) => (
                  <option key={name} value={index}>
                    {name} ({count(rowCount)})
                  </option>
                ))}
              </Select>
            </Field>
          </div>
          <Table caption={shown.name} head={shown.columns}>
            {shown.rows.map((row, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows may be alike, and the table does not change
              <tr key={index}>
                {row.map((cell, at) => (
                  <td key={shown.columns[at]} className="max-w-60 break-words">
                    {cell}
                  </td>
                ))}
              </tr>
            ))}
          </Table>
        </div>
      ) : null}
    </div>
  )
}

function saveFile({ name, bytes }: { name: string; bytes: Uint8Array }): void {
  const url = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>]))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}
