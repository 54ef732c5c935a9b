import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { refresh } from '../app/queries.ts'
import { ask } from '../app/worker.ts'
import { useTexts } from '../texts/Texts.tsx'
import { count, med } from '../ui/format.ts'
import { Badge, Busy, Button, Card, Problem } from '../ui/index.tsx'
import { Delivered } from './Delivered.tsx'

/** The researcher's own deals: watched, paused, closed, collected. */
export function MyDeals({ address }: { address: string }) {
  const texts = useTexts()
  const deals = useQuery({
    queryKey: ['deals'],
    queryFn: () => ask('listDeals'),
    refetchInterval: 5_000,
  })
  const mine = deals.data?.filter(
    ({ consumer }) => consumer.toLowerCase() === address.toLowerCase(),
  )
  if (!mine || mine.length === 0) return null
  return (
    <Card>
      <h2>{texts.researcher.myDeals}</h2>
      <ul className="mt-3 space-y-3">
        {mine.map((deal) => (
          <DealItem key={deal.dealId} deal={deal} />
        ))}
      </ul>
    </Card>
  )
}

type Deal = Awaited<ReturnType<typeof ask<'listDeals'>>>[number]
type Change = 'pause' | 'resume' | 'close' | 'refund'

const CHANGES: Readonly<Record<string, readonly Change[]>> = {
  Active: ['pause', 'close'],
  Paused: ['resume', 'close'],
  Closed: ['refund'],
  Completed: ['refund'],
  Expired: ['refund'],
}

function DealItem({ deal }: { deal: Deal }) {
  const texts = useTexts()
  const [isOpen, setOpen] = useState(false)
  const change = useMutation({
    mutationFn: (what: Change) => ask('changeDeal', { dealId: deal.dealId, what }),
    onSuccess: refresh,
  })
  const collect = useMutation({
    mutationFn: () => ask('collect', { dealId: deal.dealId }),
    onSuccess: () => {
      refresh()
      setOpen(true)
    },
  })
  const changes = (CHANGES[deal.state] ?? []).filter(
    (one) => one !== 'refund' || deal.available > 0n,
  )
  return (
    <li
      className="rounded-lg border border-line p-3"
      data-deal={deal.dealId}
      data-records={deal.records}
    >
      <div className="flex flex-wrap items-start justify-between gap-2">
        <div>
          <h3>{deal.title}</h3>
          <p className="text-sm text-soft">
            {texts.researcher.progress(
              count(deal.records),
              count(deal.maximumRecords),
              med(deal.paid),
              med(deal.available),
            )}
          </p>
        </div>
        <Badge tone={deal.state === 'Active' ? 'good' : 'plain'}>
          {texts.states[deal.state as keyof typeof texts.states] ?? deal.state}
        </Badge>
      </div>
      <progress
        className="mt-2 h-2 w-full accent-accent"
        value={deal.records}
        max={deal.maximumRecords}
        aria-label={texts.researcher.sold}
      />
      <div className="mt-3 flex flex-wrap gap-2">
        {deal.records > 0 ? (
          <Button kind="primary" disabled={collect.isPending} onClick={() => collect.mutate()}>
            {texts.researcher.collect}
          </Button>
        ) : null}
        {deal.records > 0 ? (
          <Button aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {texts.researcher.explore}
          </Button>
        ) : null}
        {changes.map((what) => (
          <Button
            key={what}
            kind={what === 'close' ? 'danger' : 'plain'}
            disabled={change.isPending}
            onClick={() => change.mutate(what)}
          >
            {texts.researcher.changes[what]}
          </Button>
        ))}
      </div>
      <div className="mt-2 space-y-2 empty:hidden">
        {collect.isPending ? <Busy>{texts.researcher.collecting}</Busy> : null}
        {collect.data?.map(({ recordId, problem }) =>
          problem ? <Problem key={recordId} error={new Error(problem)} /> : null,
        )}
        <Problem error={collect.error ?? change.error} />
        {isOpen ? <Delivered dealId={deal.dealId} /> : null}
      </div>
    </li>
  )
}
