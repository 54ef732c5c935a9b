import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { refresh } from '../app/queries.ts'
import { ask } from '../app/worker.ts'
import { useTexts } from '../texts/Texts.tsx'
import { count, med } from '../ui/format.ts'
import { Busy, Button, Card, Field, Hash, Input, Note, Problem, Select } from '../ui/index.tsx'
import { type Rule, RuleList } from './RuleList.tsx'

const PURPOSES = ['DUO:0000042', 'DUO:0000006', 'DUO:0000007', 'DUO:0000043'] as const
const ONE_MED = 10n ** 18n

/** What is asked for, on which terms, for how much; counted against a sample as it is written. */
export function DealForm({ balance }: { balance: bigint }) {
  const texts = useTexts()
  const [title, setTitle] = useState('')
  const [consumerName, setConsumerName] = useState('')
  const [purpose, setPurpose] = useState<string>(PURPOSES[0])
  const [rules, setRules] = useState<Rule[]>([])
  const [predicates, setPredicates] = useState('')
  const [price, setPrice] = useState('5')
  const [betterPrice, setBetterPrice] = useState('')
  const [records, setRecords] = useState(5)
  const [days, setDays] = useState(30)
  const [chosen, setChosen] = useState<readonly string[]>()
  const [quorum, setQuorum] = useState(2)
  const oracles = useQuery({ queryKey: ['oracles'], queryFn: () => ask('listOracles') })
  const active = (oracles.data ?? []).filter(({ status }) => status === 'Active')
  const named = active
    .map(({ operator }) => operator)
    .filter((one) => chosen?.includes(one) ?? true)
  const draft = { title: title || 'Untitled', rules, predicates: predicates.split('\n') }
  const sample = useQuery({
    queryKey: ['sample', JSON.stringify(draft.rules), predicates],
    queryFn: () => ask('countSample', { draft }),
    enabled: rules.length > 0,
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  })
  const open = useMutation({
    mutationFn: () =>
      ask('openDeal', {
        form: {
          draft,
          consumerName,
          purpose,
          tiers: [
            { minimumScore: 1, price },
            ...(betterPrice === '' ? [] : [{ minimumScore: 90, price: betterPrice }]),
          ],
          maximumRecords: records,
          quorum,
          days,
          oracles: named,
        },
      }),
    onSuccess: refresh,
  })
  const dearest = Math.max(Number(price), Number(betterPrice || 0))
  const budget = Number.isFinite(dearest) ? dearest * records : 0
  const isAffordable = BigInt(Math.ceil(budget)) * ONE_MED <= balance
  const isWhole =
    title !== '' && consumerName !== '' && rules.length > 0 && named.length >= quorum && budget > 0
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    open.mutate()
  }
  return (
    <Card>
      <h2>{texts.researcher.newDeal}</h2>
      <form onSubmit={submit} className="mt-3 space-y-5">
        <div className="grid grid-cols-1 gap-4 sm:grid-cols-2">
          <Field label={texts.researcher.dealTitle}>
            <Input
              value={title}
              maxLength={120}
              placeholder={texts.researcher.titleExample}
              onChange={({ target }) => setTitle(target.value)}
            />
          </Field>
          <Field label={texts.researcher.who}>
            <Input
              value={consumerName}
              maxLength={120}
              placeholder={texts.researcher.whoExample}
              onChange={({ target }) => setConsumerName(target.value)}
            />
          </Field>
        </div>
        <RuleList rules={rules} onChange={setRules} />
        <details className="text-sm">
          <summary className="text-accent">{texts.researcher.predicates}</summary>
          <Field label={texts.researcher.predicatesLabel} hint={texts.researcher.predicatesHint}>
            <textarea
              className="min-h-24 w-full rounded-lg border border-line bg-surface p-2 font-mono text-xs"
              value={predicates}
              spellCheck={false}
              onChange={({ target }) => setPredicates(target.value)}
            />
          </Field>
        </details>
        {rules.length > 0 ? (
          <div aria-live="polite">
            {sample.isFetching ? <Busy>{texts.researcher.counting}</Busy> : null}
            {sample.data && !sample.isFetching ? (
              <Note>
                <span data-sample={sample.data.matching}>
                  {texts.researcher.counted(
                    count(sample.data.matching),
                    count(sample.data.of),
                    count(sample.data.resources),
                  )}
                </span>
              </Note>
            ) : null}
            <Problem error={sample.error} />
          </div>
        ) : null}
        <div className="grid grid-cols-1 gap-4 sm:grid-cols-3">
          <Field label={texts.researcher.purpose}>
            <Select value={purpose} onChange={({ target }) => setPurpose(target.value)}>
              {PURPOSES.map((code) => (
                <option key={code} value={code}>
                  {texts.purposes[code]}
                </option>
              ))}
            </Select>
          </Field>
          <Field label={texts.researcher.price}>
            <Input
              inputMode="decimal"
              pattern="\d+(\.\d+)?"
              value={price}
              onChange={({ target }) => setPrice(target.value)}
            />
          </Field>
          <Field label={texts.researcher.betterPrice}>
            <Input
              inputMode="decimal"
              pattern="\d+(\.\d+)?"
              value={betterPrice}
              onChange={({ target }) => setBetterPrice(target.value)}
            />
          </Field>
          <Field label={texts.researcher.records}>
            <Input
              type="number"
              min={1}
              max={10_000}
              value={records}
              onChange={({ target }) => setRecords(Number(target.value))}
            />
          </Field>
          <Field label={texts.researcher.days}>
            <Input
              type="number"
              min={1}
              max={365}
              value={days}
              onChange={({ target }) => setDays(Number(target.value))}
            />
          </Field>
          <Field label={texts.researcher.quorum}>
            <Select value={quorum} onChange={({ target }) => setQuorum(Number(target.value))}>
              {named.map((one, index) => (
                <option key={one} value={index + 1}>
                  {texts.researcher.quorumOf(index + 1, named.length)}
                </option>
              ))}
            </Select>
          </Field>
        </div>
        <fieldset className="text-sm">
          <legend className="font-medium">{texts.researcher.oracles}</legend>
          <div className="mt-1 flex flex-wrap gap-3">
            {active.map(({ operator, certified, missed }) => (
              <label key={operator} className="flex min-h-8 items-center gap-2">
                <input
                  type="checkbox"
                  className="size-4 accent-accent"
                  checked={named.includes(operator)}
                  onChange={({ target }) =>
                    setChosen(
                      target.checked
                        ? [...named, operator]
                        : named.filter((other) => other !== operator),
                    )
                  }
                />
                <Hash value={operator} />
                <span className="text-soft">
                  {texts.researcher.oracleRecord(count(certified), count(missed))}
                </span>
              </label>
            ))}
          </div>
        </fieldset>
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
