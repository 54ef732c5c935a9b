import { useState } from 'react'
import { useLive } from '../app/useLive.ts'
import { useTexts } from '../texts/Texts.tsx'
import { Card, Note, PageHead } from '../ui/index.tsx'
import { COLUMNS, type Column, MATRIX, PARTIES, type Party } from './matrix.ts'
import { PartyView, type SaleFacts } from './PartyView.tsx'

const LOOKS = {
  clear: 'bg-warn-soft text-warn',
  sealed: 'bg-accent-soft text-accent',
  hash: 'bg-raised text-ink',
  none: 'bg-good-soft text-good',
} as const

/** Who can read what: each cell is proven by that party's own view of the sale in the terminal. */
export function Views() {
  const texts = useTexts()
  const sale = useLive()
  const [at, setAt] = useState<{ party: Party; column: Column }>({ party: 'store', column: 'sold' })
  const facts: SaleFacts = {}
  for (const { detail, transaction, label } of sale.steps.flatMap(({ lines }) => lines)) {
    Object.assign(facts, detail?.facts)
    if (label === '7 settle' && transaction) facts.settlement = transaction.hash
  }
  return (
    <>
      <PageHead title={texts.views.title} lead={texts.views.lead} />
      <Card>
        <section
          className="scrolls-sideways relative overflow-x-auto"
          aria-label={texts.views.title}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by keyboard
          tabIndex={0}
        >
          <table className="w-full min-w-[40rem] border-separate border-spacing-1 text-left text-sm">
            <caption className="sr-only">{texts.views.title}</caption>
            <thead>
              <tr>
                <td />
                {COLUMNS.map((column) => (
                  <th key={column} scope="col" className="p-1 font-medium text-soft">
                    {texts.views.columns[column]}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {PARTIES.map((party) => (
                <tr key={party}>
                  <th scope="row" className="pr-2 font-medium whitespace-nowrap">
                    {texts.views.parties[party]}
                  </th>
                  {COLUMNS.map((column) => (
                    <td key={column}>
                      <button
                        type="button"
                        aria-pressed={at.party === party && at.column === column}
                        onClick={() => setAt({ party, column })}
                        className={`min-h-10 w-full rounded-md px-2 py-1 text-xs font-medium aria-pressed:ring-2 aria-pressed:ring-accent ${LOOKS[MATRIX[party][column]]}`}
                      >
                        {texts.views.kinds[MATRIX[party][column]]}
                        <span className="sr-only">
                          {` (${texts.views.parties[party]}, ${texts.views.columns[column]})`}
                        </span>
                      </button>
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      </Card>
      <Card className="mt-4" data-view={at.party}>
        <h2>{texts.views.viewOf[at.party]}</h2>
        <p className="mb-3 text-sm text-soft">{texts.views.why[at.party]}</p>
        <PartyView party={at.party} facts={facts} />
      </Card>
      <div className="mt-4">
        <Note tone="warn">{texts.views.honest}</Note>
      </div>
    </>
  )
}
