import { useQuery } from '@tanstack/react-query'
import { ask } from '../app/worker.ts'
import { useTexts } from '../texts/Texts.tsx'
import { count } from '../ui/format.ts'
import { Busy, Field, Hash, Input, Note, Problem, Select } from '../ui/index.tsx'
import type { Draft } from '../worker/criteria.ts'
import type { listOracles } from '../worker/market.ts'

const PURPOSES = ['DUO:0000042', 'DUO:0000006', 'DUO:0000007', 'DUO:0000043'] as const

/** What stands in the form, as it was typed; amounts are MED. */
export type Fields = {
  title: string
  consumerName: string
  consumerContact: string
  purpose: string
  predicates: string
  price: string
  betterPrice: string
  records: number
  days: number
  quorum: number
}

export const EMPTY: Fields = {
  title: '',
  consumerName: '',
  consumerContact: '',
  purpose: PURPOSES[0],
  predicates: '',
  price: '5',
  betterPrice: '',
  records: 5,
  days: 30,
  quorum: 2,
}

type Change = { fields: Fields; onChange: (change: Partial<Fields>) => void }

/** What the deal is called, and who asks. */
export function Names({ fields, onChange }: Change) {
  const { researcher } = useTexts()
  return (
    <div className="grid grid-cols-1 gap-4 sm:grid-cols-2">
      <Field label={researcher.dealTitle}>
        <Input
          value={fields.title}
          maxLength={120}
          placeholder={researcher.titleExample}
          onChange={({ target }) => onChange({ title: target.value })}
        />
      </Field>
      <Field label={researcher.who}>
        <Input
          value={fields.consumerName}
          maxLength={120}
          placeholder={researcher.whoExample}
          onChange={({ target }) => onChange({ consumerName: target.value })}
        />
      </Field>
      <Field label={researcher.contact}>
        <Input
          value={fields.consumerContact}
          maxLength={200}
          placeholder={researcher.contactExample}
          onChange={({ target }) => onChange({ consumerContact: target.value })}
        />
      </Field>
    </div>
  )
}

/** Conditions beyond types and codes, one FHIRPath expression a line. */
export function Predicates({ fields, onChange }: Change) {
  const { researcher } = useTexts()
  return (
    <details className="text-sm">
      <summary className="text-accent">{researcher.predicates}</summary>
      <Field label={researcher.predicatesLabel} hint={researcher.predicatesHint}>
        <textarea
          className="min-h-24 w-full rounded-lg border border-line bg-surface p-2 font-mono text-xs"
          value={fields.predicates}
          spellCheck={false}
          onChange={({ target }) => onChange({ predicates: target.value })}
        />
      </Field>
    </details>
  )
}

/** How many of the sample the draft would take, counted as it is written. */
export function Sample({ draft }: { draft: Draft }) {
  const { researcher } = useTexts()
  const { data, error, isFetching } = useQuery({
    queryKey: ['sample', JSON.stringify(draft.rules), draft.predicates.join('\n')],
    queryFn: () => ask('countSample', { draft }),
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  })
  return (
    <div aria-live="polite">
      {isFetching ? <Busy>{researcher.counting}</Busy> : null}
      {data && !isFetching ? (
        <Note>
          <span data-sample={data.matching}>
            {researcher.counted(count(data.matching), count(data.of), count(data.resources))}
          </span>
        </Note>
      ) : null}
      <People draft={draft} />
      <Problem error={error} />
    </div>
  )
}

/** How many people's records the draft could take at most, by the counts of the issuer. */
function People({ draft }: { draft: Draft }) {
  const { researcher } = useTexts()
  const { data } = useQuery({
    queryKey: ['people', JSON.stringify(draft.rules)],
    queryFn: async () => (await ask('countPeople', { draft })) ?? null,
    retry: false,
    staleTime: 60_000,
  })
  if (!data) return null
  const { most, people, leastPeople } = data
  return (
    <Note>
      <span data-people={most}>
        {most < leastPeople
          ? researcher.peopleFewer(count(leastPeople), count(people))
          : researcher.peopleMost(count(most), count(people))}
      </span>
    </Note>
  )
}

/** For what, for how much, for how long, checked by how many of the oracles that are named. */
export function Terms({ fields, onChange, named }: Change & { named: readonly string[] }) {
  const { researcher, purposes } = useTexts()
  const amount = (name: 'price' | 'betterPrice') => (
    <Field label={researcher[name]}>
      <Input
        inputMode="decimal"
        pattern="\d+(\.\d+)?"
        value={fields[name]}
        onChange={({ target }) => onChange({ [name]: target.value })}
      />
    </Field>
  )
  const number = (name: 'records' | 'days', max: number) => (
    <Field label={researcher[name]}>
      <Input
        type="number"
        min={1}
        max={max}
        value={fields[name]}
        onChange={({ target }) => onChange({ [name]: Number(target.value) })}
      />
    </Field>
  )
  return (
    <div className="grid grid-cols-1 gap-4 sm:grid-cols-3">
      <Field label={researcher.purpose}>
        <Select
          value={fields.purpose}
          onChange={({ target }) => onChange({ purpose: target.value })}
        >
          {PURPOSES.map((code) => (
            <option key={code} value={code}>
              {purposes[code]}
            </option>
          ))}
        </Select>
      </Field>
      {amount('price')}
      {amount('betterPrice')}
      {number('records', 10_000)}
      {number('days', 365)}
      <Field label={researcher.quorum}>
        <Select
          value={fields.quorum}
          onChange={({ target }) => onChange({ quorum: Number(target.value) })}
        >
          {named.map((one, index) => (
            <option key={one} value={index + 1}>
              {researcher.quorumOf(index + 1, named.length)}
            </option>
          ))}
        </Select>
      </Field>
    </div>
  )
}

/** Which oracles may check, each with what it did so far. */
export function Oracles<Operator extends string>({
  active,
  named,
  onChange,
}: {
  active: (Awaited<ReturnType<typeof listOracles>>[number] & { operator: Operator })[]
  named: readonly Operator[]
  onChange: (named: readonly Operator[]) => void
}) {
  const { researcher } = useTexts()
  return (
    <fieldset className="text-sm">
      <legend className="font-medium">{researcher.oracles}</legend>
      <div className="mt-1 flex flex-wrap gap-3">
        {active.map(({ operator, certified, missed }) => (
          <label key={operator} className="flex min-h-8 items-center gap-2">
            <input
              type="checkbox"
              className="size-4 accent-accent"
              checked={named.includes(operator)}
              onChange={({ target }) =>
                onChange(
                  target.checked ? [...named, operator] : named.filter((one) => one !== operator),
                )
              }
            />
            <Hash value={operator} />
            <span className="text-soft">
              {researcher.oracleRecord(count(certified), count(missed))}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}
