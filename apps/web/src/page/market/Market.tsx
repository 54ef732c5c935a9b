import { useQuery } from '@tanstack/react-query'
import { ask } from '../app/worker.ts'
import { useTexts } from '../texts/Texts.tsx'
import { count, med, timeLeft } from '../ui/format.ts'
import { Badge, Busy, Card, Hash, Note, PageHead, Problem, Table } from '../ui/index.tsx'

const EVERY_MS = 5_000

/** What everybody can see: deals, oracles, and money that adds up. */
export function Market() {
  const texts = useTexts()
  return (
    <>
      <PageHead title={texts.market.title} lead={texts.market.lead} />
      <div className="grid grid-cols-1 gap-4">
        <Ledger />
        <Deals />
        <Oracles />
      </div>
    </>
  )
}

function Ledger() {
  const texts = useTexts()
  const { data, error } = useQuery({
    queryKey: ['ledger'],
    queryFn: () => ask('ledger'),
    refetchInterval: EVERY_MS,
  })
  if (!data) return <Problem error={error} />
  const adds = data.moneyIn === data.moneyOut + data.held
  const rows = [
    [texts.market.moneyIn, data.moneyIn],
    [texts.market.moneyOut, data.moneyOut],
    [texts.market.held, data.held],
  ] as const
  return (
    <Card data-adds={adds}>
      <h2>{texts.market.money}</h2>
      <dl className="mt-3 grid grid-cols-1 gap-3 sm:grid-cols-3">
        {rows.map(([name, amount]) => (
          <div key={name} className="rounded-lg bg-raised p-3">
            <dt className="text-sm text-soft">{name}</dt>
            <dd className="text-xl font-semibold">{med(amount)}</dd>
          </div>
        ))}
      </dl>
      <div className="mt-3">
        <Note tone={adds ? 'good' : 'warn'}>
          {adds ? texts.market.adds(count(data.block)) : texts.market.addsNot}
        </Note>
      </div>
    </Card>
  )
}

function Deals() {
  const texts = useTexts()
  const deals = useQuery({
    queryKey: ['deals'],
    queryFn: () => ask('listDeals'),
    refetchInterval: EVERY_MS,
  })
  const nowSec = Date.now() / 1000
  return (
    <Card>
      <h2 className="mb-2">{texts.market.deals}</h2>
      {deals.isPending ? <Busy>{texts.general.loading}</Busy> : null}
      <Problem error={deals.error} />
      {deals.data?.length === 0 ? <p className="text-sm">{texts.market.noDeals}</p> : null}
      {deals.data && deals.data.length > 0 ? (
        <Table caption={texts.market.deals} head={texts.market.dealHead}>
          {deals.data.map((deal) => (
            <tr key={deal.dealId}>
              <td className="min-w-48">
                <span className="font-medium">{deal.title || <Hash value={deal.dealId} />}</span>
                <span className="block text-soft">{deal.consumerName}</span>
                {deal.problem ? <span className="block text-bad">{deal.problem}</span> : null}
              </td>
              <td>
                {deal.asks.map(({ type, codes, all }) => (
                  <span key={`${type} ${codes}`} className="block">
                    {all ? `${texts.market.all} ` : ''}
                    {type} {codes.join(', ')}
                  </span>
                ))}
              </td>
              <td className="whitespace-nowrap">
                {deal.tiers.map(({ minimumScore, price }) => (
                  <span key={minimumScore} className="block">
                    ≥ {minimumScore}: {med(price)}
                  </span>
                ))}
              </td>
              <td className="whitespace-nowrap">
                {count(deal.records)} / {count(deal.maximumRecords)}
              </td>
              <td className="whitespace-nowrap">
                {med(deal.budget)}
                <span className="block text-soft">{texts.market.left(med(deal.available))}</span>
              </td>
              <td className="whitespace-nowrap">
                {texts.market.quorum(deal.quorum, deal.oracles.length)}
              </td>
              <td className="whitespace-nowrap">
                <Badge tone={deal.state === 'Active' ? 'good' : 'plain'}>
                  {texts.states[deal.state as keyof typeof texts.states] ?? deal.state}
                </Badge>
                <span className="block text-soft">{timeLeft(deal.expirySec - nowSec)}</span>
              </td>
            </tr>
          ))}
        </Table>
      ) : null}
    </Card>
  )
}

function Oracles() {
  const texts = useTexts()
  const oracles = useQuery({
    queryKey: ['oracles'],
    queryFn: () => ask('listOracles'),
    refetchInterval: EVERY_MS,
  })
  return (
    <Card>
      <h2 className="mb-2">{texts.market.oracles}</h2>
      {oracles.isPending ? <Busy>{texts.general.loading}</Busy> : null}
      <Problem error={oracles.error} />
      {oracles.data ? (
        <Table caption={texts.market.oracles} head={texts.market.oracleHead}>
          {oracles.data.map((one) => (
            <tr key={one.operator}>
              <td>
                {one.name} <Hash value={one.operator} />
              </td>
              <td>
                <Badge tone={one.status === 'Active' ? 'good' : 'warn'}>
                  {texts.oracleStates[one.status]}
                </Badge>{' '}
                <Badge tone={one.isUp ? 'good' : 'bad'}>
                  {one.isUp ? texts.market.answers : texts.market.silent}
                </Badge>
              </td>
              <td>{count(one.certified)}</td>
              <td>{count(one.missed)}</td>
              <td>{one.commissionBps / 100} %</td>
              <td>{med(one.earned)}</td>
            </tr>
          ))}
        </Table>
      ) : null}
    </Card>
  )
}
