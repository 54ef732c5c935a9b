import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { ask } from '../app/worker.ts'
import { useTexts } from '../texts/Texts.tsx'
import { med, timeLeft } from '../ui/format.ts'
import { Badge, Busy, Button, Card, Problem } from '../ui/index.tsx'
import { Offer } from './Offer.tsx'

/** Deals that are open, each with what it asks for and pays. */
export function Offers({ recordId }: { recordId: string }) {
  const texts = useTexts()
  const [dealId, setDealId] = useState<`0x${string}`>()
  const deals = useQuery({
    queryKey: ['deals'],
    queryFn: () => ask('listDeals', {}),
    refetchInterval: 5_000,
  })
  const nowSec = Date.now() / 1000
  const open = deals.data?.filter(
    ({ state, expirySec, problem }) => state === 'Active' && expirySec > nowSec && !problem,
  )
  return (
    <Card>
      <h2>{texts.patient.deals}</h2>
      <p className="text-sm text-soft">{texts.patient.dealsAbout}</p>
      {deals.isPending ? <Busy>{texts.general.loading}</Busy> : null}
      <Problem error={deals.error} />
      {open?.length === 0 ? <p className="mt-2 text-sm">{texts.patient.noDeals}</p> : null}
      <ul className="mt-3 space-y-3">
        {open?.map((deal) => (
          <li key={deal.dealId} className="rounded-lg border border-line p-3">
            <div className="flex flex-wrap items-start justify-between gap-2">
              <div>
                <h3>{deal.title}</h3>
                <p className="text-sm text-soft">
                  {deal.consumerName} · {texts.patient.ends(timeLeft(deal.expirySec - nowSec))}
                </p>
              </div>
              <div className="flex items-center gap-2">
                <Badge tone="good">{med(deal.tiers.at(-1)?.price ?? 0n)}</Badge>
                <Button
                  kind="primary"
                  aria-expanded={dealId === deal.dealId}
                  onClick={() => setDealId(dealId === deal.dealId ? undefined : deal.dealId)}
                >
                  {texts.patient.look}
                </Button>
              </div>
            </div>
            {dealId === deal.dealId ? <Offer recordId={recordId} dealId={deal.dealId} /> : null}
          </li>
        ))}
      </ul>
    </Card>
  )
}
