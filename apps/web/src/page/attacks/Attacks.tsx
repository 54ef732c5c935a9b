import { useMutation, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { WithWallet } from '../app/WithWallet.tsx'
import { ask } from '../app/worker.ts'
import { useTexts } from '../texts/Texts.tsx'
import { Badge, Busy, Button, Card, Note, PageHead, Problem } from '../ui/index.tsx'

const NAMES = ['replay', 'changedByte', 'forgedCertificate', 'lyingOracle', 'otherPayout'] as const

/** Ways to cheat, tried for real with a sale of one's own. */
export function Attacks() {
  const texts = useTexts()
  return (
    <>
      <PageHead title={texts.attacks.title} lead={texts.attacks.lead} />
      <WithWallet>
        <Ways />
      </WithWallet>
    </>
  )
}

function Ways() {
  const texts = useTexts()
  const sales = useQuery({ queryKey: ['sales'], queryFn: () => ask('listSales') })
  const sale = sales.data?.find(({ sale: { step } }) => step === 'settled')?.sale
  if (sales.isPending) return <Busy>{texts.general.loading}</Busy>
  if (!sale) {
    return (
      <Card>
        <p className="mb-3">{texts.attacks.noSale}</p>
        <Button kind="primary" asChild>
          <Link to="/patient">{texts.live.sellYours}</Link>
        </Button>
      </Card>
    )
  }
  return (
    <ul className="grid grid-cols-1 gap-4 md:grid-cols-2">
      {NAMES.map((name) => (
        <li key={name}>
          <Way name={name} saleId={sale.id} />
        </li>
      ))}
    </ul>
  )
}

function Way({ name, saleId }: { name: (typeof NAMES)[number]; saleId: string }) {
  const texts = useTexts()
  const words = texts.attacks.ways[name]
  const work = useMutation({ mutationFn: () => ask('attack', { name, saleId }) })
  return (
    <Card className="h-full" data-attack={name} data-refused={work.data ? true : undefined}>
      <h2>{words.title}</h2>
      <p className="mt-1 text-sm text-soft">{words.about}</p>
      <div className="mt-3 space-y-3">
        <Button kind="danger" disabled={work.isPending} onClick={() => work.mutate()}>
          {texts.attacks.try}
          <span className="sr-only">: {words.title}</span>
        </Button>
        {work.isPending ? <Busy>{texts.attacks.trying}</Busy> : null}
        {work.data ? (
          <Note tone="good">
            <p>
              <Badge tone="good">{texts.live.refused}</Badge>{' '}
              {work.data.refusedBy === 'contract'
                ? texts.attacks.byContract
                : texts.attacks.byOracles}{' '}
              <code className="font-mono text-xs">{work.data.code}</code>
            </p>
            <p className="mt-1">{words.why}</p>
            <p className="mt-1">{texts.attacks.noMoney}</p>
          </Note>
        ) : null}
        <Problem error={work.error} />
      </div>
    </Card>
  )
}
