import { useMutation, useQuery } from '@tanstack/react-query'
import { refresh } from '../app/queries.ts'
import { ask } from '../app/worker.ts'
import { useTexts } from '../texts/Texts.tsx'
import { dateTime, med } from '../ui/format.ts'
import { Badge, Button, Card, Facts, Hash, Problem } from '../ui/index.tsx'

/** Every use of a person's data: what was sold to whom, on which words, for how much, and what became of it. */
export function Sales() {
  const texts = useTexts()
  const sales = useQuery({
    queryKey: ['sales'],
    queryFn: () => ask('listSales', {}),
    refetchInterval: 5_000,
  })
  if (!sales.data || sales.data.length === 0) return null
  return (
    <Card>
      <h2>{texts.patient.sales}</h2>
      <Problem error={sales.error} />
      <ul className="mt-3 space-y-3">
        {sales.data.map((one) => (
          <SaleItem key={one.sale.id} item={one} />
        ))}
      </ul>
    </Card>
  )
}

type Item = Awaited<ReturnType<typeof ask<'listSales'>>>[number]

function SaleItem({ item: { sale, status, refund } }: { item: Item }) {
  const texts = useTexts()
  const work = useMutation({
    mutationFn: async (what: 'consent' | 'revoke' | 'sweep') => {
      await ask(what, { saleId: sale.id })
    },
    onSuccess: refresh,
  })
  const tone = status === 'settled' ? 'good' : status === 'certified' ? 'accent' : 'warn'
  return (
    <li className="rounded-lg border border-line p-3" data-sale={status}>
      <div className="flex flex-wrap items-start justify-between gap-2">
        <div>
          <h3>{sale.title}</h3>
          <p className="text-sm text-soft">
            {sale.consumerName} · {dateTime(sale.startedAt)}
          </p>
        </div>
        <Badge tone={tone}>{texts.patient.status[status]}</Badge>
      </div>
      <details className="mt-2 text-sm">
        <summary className="text-accent">{texts.patient.saleOpen}</summary>
        <div className="mt-2 space-y-3">
          <Facts
            facts={[
              [texts.patient.given, texts.patient.givenOf(sale.leaving, sale.total)],
              [texts.patient.price, med(sale.net)],
              [texts.patient.account, <Hash key="a" value={sale.provider} />],
              ...(sale.transaction
                ? [[texts.live.transaction, <Hash key="t" value={sale.transaction} />] as const]
                : []),
              ...(sale.consentSignature
                ? [[texts.live.signature, <Hash key="s" value={sale.consentSignature} />] as const]
                : []),
            ]}
          />
          <ol className="list-decimal space-y-1 pl-5 break-words">
            {[...sale.permission, ...sale.sentences].map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ol>
        </div>
      </details>
      <div className="mt-3 flex flex-wrap gap-2">
        {status === 'certified' ? (
          <Button kind="primary" disabled={work.isPending} onClick={() => work.mutate('consent')}>
            {texts.patient.sign(med(sale.net))}
          </Button>
        ) : null}
        {status === 'settled' ? (
          <>
            <Button disabled={work.isPending} onClick={() => work.mutate('sweep')}>
              {texts.patient.sweep}
            </Button>
            <Button kind="danger" disabled={work.isPending} onClick={() => work.mutate('revoke')}>
              {texts.patient.revoke(med(refund ?? 0n))}
            </Button>
          </>
        ) : null}
      </div>
      <div className="mt-2 empty:hidden">
        <Problem error={work.error} />
      </div>
    </li>
  )
}
