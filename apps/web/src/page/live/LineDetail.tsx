import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { LiveLine } from '../app/useLive.ts'
import { ask } from '../app/worker.ts'
import { useTexts } from '../texts/Texts.tsx'
import { count } from '../ui/format.ts'
import { Busy, Code, Facts, Hash, Problem } from '../ui/index.tsx'

/** What a line opens to: the words that were read, what was signed and by whom, the transaction. */
export function LineDetail({ line }: { line: LiveLine }) {
  const texts = useTexts()
  const [isOpen, setOpen] = useState(false)
  const { detail, transaction } = line
  if (!detail && !transaction) return null
  const facts = Object.entries(detail?.facts ?? {}).map(([name, value]) => [name, String(value)])
  return (
    <details className="mt-1 text-sm" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary className="text-accent">{texts.live.open}</summary>
      <div className="mt-2 space-y-4 border-l-2 border-line pl-4">
        {detail?.words ? (
          <div>
            <h3>{texts.live.words}</h3>
            <ol className="mt-1 list-decimal space-y-1 pl-5">
              {detail.words.map((sentence) => (
                <li key={sentence}>{sentence}</li>
              ))}
            </ol>
          </div>
        ) : null}
        {detail?.signed?.map((one) => (
          <div key={`${one.what} ${one.by}`}>
            <h3>{texts.live.signed(one.what)}</h3>
            <Facts
              facts={[
                [
                  texts.live.by,
                  <code key="by" className="font-mono text-xs break-all">
                    {one.by}
                  </code>,
                ],
                ...(one.signature === undefined
                  ? []
                  : [[texts.live.signature, <Hash key="s" value={one.signature} />] as const]),
              ]}
            />
            {one.message === undefined ? null : (
              <Code
                label={texts.live.signed(one.what)}
                text={JSON.stringify(one.message, null, 2)}
              />
            )}
          </div>
        ))}
        {facts.length > 0 ? (
          <Facts
            facts={facts.map(([name = '', value = '']) => [
              name,
              <span key={name} className="break-all">
                {value}
              </span>,
            ])}
          />
        ) : null}
        {transaction && isOpen ? <Transaction hash={transaction.hash} /> : null}
      </div>
    </details>
  )
}

/** A transaction as the chain has it, for everybody. */
function Transaction({ hash }: { hash: `0x${string}` }) {
  const texts = useTexts()
  const { data, error, isPending } = useQuery({
    queryKey: ['transaction', hash],
    queryFn: () => ask('transaction', { hash }),
    staleTime: Number.POSITIVE_INFINITY,
  })
  return (
    <div>
      <h3>{texts.live.transaction}</h3>
      {isPending ? <Busy>{texts.general.loading}</Busy> : null}
      <Problem error={error} />
      {data ? (
        <Facts
          facts={[
            [
              texts.live.hash,
              <code key="hash" className="font-mono text-xs break-all">
                {hash}
              </code>,
            ],
            [texts.live.block, count(data.block)],
            [texts.live.gas, count(data.gas)],
            [texts.live.from, <Hash key="from" value={data.from} />],
            [texts.live.to, <Hash key="to" value={data.to ?? ''} />],
            [texts.live.events, count(data.logs.length)],
          ]}
        />
      ) : null}
    </div>
  )
}
