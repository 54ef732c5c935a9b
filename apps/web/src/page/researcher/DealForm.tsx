import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { refresh } from '../app/queries.ts'
import { ask } from '../app/worker.ts'
import { useTexts } from '../texts/Texts.tsx'
import { med } from '../ui/format.ts'
import { Busy, Button, Card, Note, Problem } from '../ui/index.tsx'
import { EMPTY, type Fields, Names, Oracles, Predicates, Sample, Terms } from './DealFields.tsx'
import { type Rule, RuleList } from './RuleList.tsx'

const ONE_MED = 10n ** 18n

/** What is asked for, on which terms, for how much; counted against a sample as it is written. */
export function DealForm({ balance }: { balance: bigint }) {
  const texts = useTexts()
  const [fields, setFields] = useState(EMPTY)
  const [rules, setRules] = useState<Rule[]>([])
  const [chosen, setChosen] = useState<readonly string[]>()
  const change = (some: Partial<Fields>): void => setFields((last) => ({ ...last, ...some }))
  const oracles = useQuery({ queryKey: ['oracles'], queryFn: () => ask('listOracles') })
  const active = (oracles.data ?? []).filter(({ status }) => status === 'Active')
  const named = active
    .map(({ operator }) => operator)
    .filter((one) => chosen?.includes(one) ?? true)
  const predicates = fields.predicates.split('\n')
  const draft = { title: fields.title || 'Untitled', rules, predicates }
  const open = useMutation({
    mutationFn: () => ask('openDeal', { form: { ...toForm(fields), draft, oracles: named } }),
    onSuccess: refresh,
  })
  const budget = budgetOf(fields)
  const isAffordable = BigInt(Math.ceil(budget)) * ONE_MED <= balance
  const isNamed =
    fields.title !== '' && fields.consumerName !== '' && fields.consumerContact.length >= 3
  const isWhole = isNamed && rules.length > 0 && named.length >= fields.quorum && budget > 0
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    open.mutate()
  }
  return (
    <Card>
      <h2>{texts.researcher.newDeal}</h2>
      <form onSubmit={submit} className="mt-3 space-y-5">
        <Names fields={fields} onChange={change} />
        <RuleList rules={rules} onChange={setRules} />
        <Predicates fields={fields} onChange={change} />
        {rules.length > 0 ? <Sample draft={draft} /> : null}
        <Terms fields={fields} onChange={change} named={named} />
        <Oracles active={active} named={named} onChange={setChosen} />
        <div className="space-y-2">
          <p className="text-sm">
            {texts.researcher.budget(med(BigInt(Math.round(budget * 1e6)) * 10n ** 12n))}
            {isAffordable ? null : (
              <strong className="text-bad"> {texts.researcher.tooDear}</strong>
            )}
          </p>
          <Button
            kind="primary"
            type="submit"
            disabled={!isWhole || !isAffordable || open.isPending}
          >
            {texts.researcher.open}
          </Button>
          {isWhole ? null : <p className="text-sm text-soft">{texts.researcher.missing}</p>}
          {open.isPending ? <Busy>{texts.researcher.opening}</Busy> : null}
          {open.data ? (
            <Note tone="good">{texts.researcher.opened(med(open.data.budget))}</Note>
          ) : null}
          <Problem error={open.error} />
        </div>
      </form>
    </Card>
  )
}

function toForm(fields: Fields) {
  const { consumerName, consumerContact, purpose, price, betterPrice, records, quorum, days } =
    fields
  const better = betterPrice === '' ? [] : [{ minimumScore: 90, price: betterPrice }]
  const tiers = [{ minimumScore: 1, price }, ...better]
  return { consumerName, consumerContact, purpose, tiers, maximumRecords: records, quorum, days }
}

/** What would be put down, MED: every record at the dearest price; 0 while it is not a number. */
function budgetOf({ price, betterPrice, records }: Fields): number {
  const dearest = Math.max(Number(price), Number(betterPrice || 0))
  return Number.isFinite(dearest) ? dearest * records : 0
}
