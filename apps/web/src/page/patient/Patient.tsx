import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { WithWallet } from '../app/WithWallet.tsx'
import { ask } from '../app/worker.ts'
import { useTexts } from '../texts/Texts.tsx'
import { count } from '../ui/format.ts'
import { Badge, Busy, Card, PageHead, Problem } from '../ui/index.tsx'
import { AddRecord } from './AddRecord.tsx'
import { Chart } from './Chart.tsx'
import { Offers } from './Offers.tsx'
import { Sales } from './Sales.tsx'

/** A patient's way: records, deals, consent, money, and what became of it. */
export function Patient() {
  const texts = useTexts()
  return (
    <>
      <PageHead title={texts.patient.title} lead={texts.patient.lead} />
      <WithWallet>
        <Opened />
      </WithWallet>
    </>
  )
}

function Opened() {
  const texts = useTexts()
  const records = useQuery({ queryKey: ['records'], queryFn: () => ask('listRecords', {}) })
  const [chosen, setChosen] = useState<string>()
  const current = records.data?.find(({ id }) => id === chosen) ?? records.data?.at(-1)
  return (
    <div className="grid grid-cols-1 gap-4">
      <Card>
        <h2>{texts.patient.records}</h2>
        {records.isPending ? <Busy>{texts.general.loading}</Busy> : null}
        <Problem error={records.error} />
        <ul className="my-3 space-y-2">
          {records.data?.map((record) => (
            <li key={record.id}>
              <button
                type="button"
                aria-pressed={record.id === current?.id}
                onClick={() => setChosen(record.id)}
                className="w-full rounded-lg border border-line p-3 text-left text-sm hover:bg-raised aria-pressed:border-accent"
              >
                <span className="font-medium">{record.label}</span>
                <span className="block text-soft">
                  {texts.patient.recordAbout(
                    count(record.resourceCount),
                    count(record.claimCount),
                    count(record.removed),
                  )}
                </span>
                <Badge tone="good">{texts.patient.signedByHospital}</Badge>
              </button>
            </li>
          ))}
        </ul>
        <AddRecord isFirst={records.data?.length === 0} onAdded={setChosen} />
      </Card>
      {current ? <Offers key={current.id} recordId={current.id} /> : null}
      <Sales />
      {current ? <Chart key={current.id} id={current.id} /> : null}
    </div>
  )
}
