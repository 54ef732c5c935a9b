import { useQuery } from '@tanstack/react-query'
import { useDeferredValue, useState } from 'react'
import { ask } from '../app/worker.ts'
import { useTexts } from '../texts/Texts.tsx'
import { count } from '../ui/format.ts'
import { Button, Field, Input } from '../ui/index.tsx'

export type Rule = { type: string; system?: string; code?: string; all: boolean; display: string }

const SYSTEMS: Readonly<Record<string, string>> = {
  'http://loinc.org': 'LOINC',
  'http://snomed.info/sct': 'SNOMED CT',
  'http://www.nlm.nih.gov/research/umls/rxnorm': 'RxNorm',
  'http://hl7.org/fhir/sid/icd-10-cm': 'ICD-10-CM',
  'http://hl7.org/fhir/sid/cvx': 'CVX',
}

/** What is asked for: found by words or codes, each with whether all of it is wanted. */
export function RuleList({
  rules,
  onChange,
}: {
  rules: Rule[]
  onChange: (rules: Rule[]) => void
}) {
  const texts = useTexts()
  const [words, setWords] = useState('')
  const wanted = useDeferredValue(words.trim())
  const found = useQuery({
    queryKey: ['codes', wanted],
    queryFn: () => ask('searchCodes', { words: wanted }),
    enabled: wanted.length > 1,
    staleTime: Number.POSITIVE_INFINITY,
  })
  return (
    <div className="space-y-3">
      <Field label={texts.researcher.search} hint={texts.researcher.searchHint}>
        <Input
          type="search"
          value={words}
          placeholder={texts.researcher.searchExample}
          onChange={({ target }) => setWords(target.value)}
        />
      </Field>
      {wanted.length > 1 ? (
        <ul
          className="divide-y divide-line rounded-lg border border-line text-sm"
          aria-label={texts.researcher.found}
        >
          {found.data?.length === 0 ? (
            <li className="p-2">{texts.researcher.foundNothing}</li>
          ) : null}
          {found.data?.map(({ type, system, code, display, patients }) => (
            <li key={`${type} ${system} ${code}`}>
              <button
                type="button"
                className="w-full p-2 text-left hover:bg-raised"
                onClick={() => {
                  onChange([...rules, { type, system, code, all: type === 'Observation', display }])
                  setWords('')
                }}
              >
                <span className="font-medium">{display}</span>{' '}
                <span className="text-soft">
                  {type} · {SYSTEMS[system] ?? system} {code} ·{' '}
                  {texts.researcher.have(count(patients))}
                </span>
              </button>
            </li>
          ))}
        </ul>
      ) : null}
      {rules.length > 0 ? (
        <ul className="space-y-2" aria-label={texts.researcher.asked}>
          {rules.map((rule, index) => (
            <li
              key={`${rule.type} ${rule.code}`}
              className="flex flex-wrap items-center gap-3 rounded-lg bg-raised p-2 text-sm"
            >
              <span className="min-w-0 flex-1">
                <span className="font-medium">{rule.display}</span>{' '}
                <span className="text-soft">
                  {rule.type} {rule.code}
                </span>
              </span>
              <label className="flex items-center gap-2">
                <input
                  type="checkbox"
                  className="size-4 accent-accent"
                  checked={rule.all}
                  onChange={({ target }) =>
                    onChange(
                      rules.map((one, at) =>
                        at === index ? { ...one, all: target.checked } : one,
                      ),
                    )
                  }
                />
                {texts.researcher.all}
              </label>
              <Button kind="quiet" onClick={() => onChange(rules.filter((_, at) => at !== index))}>
                {texts.researcher.remove}
                <span className="sr-only"> {rule.display}</span>
              </Button>
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  )
}
