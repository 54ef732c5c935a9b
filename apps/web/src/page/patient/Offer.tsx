import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { refresh } from '../app/queries.ts'
import { ask } from '../app/worker.ts'
import { useTexts } from '../texts/Texts.tsx'
import { count, med } from '../ui/format.ts'
import { Busy, Button, Note, Problem } from '../ui/index.tsx'
import type { Preview } from '../worker/offers.ts'

type Progress = { step: string; done: number; total?: number }

/** What a deal would take, and the way through it: look, seal and have it checked, read, sign. */
export function Offer({ recordId, dealId }: { recordId: string; dealId: `0x${string}` }) {
  const texts = useTexts()
  const [progress, setProgress] = useState<Progress>()
  const preview = useQuery({
    queryKey: ['preview', recordId, dealId],
    queryFn: () => ask('preview', { id: recordId, dealId }, setProgress),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  })
  const offer = useMutation({
    mutationFn: () =>
      ask('offer', { id: recordId, dealId, words: preview.data?.permission ?? [] }, setProgress),
    onSuccess: refresh,
  })
  const sale = offer.data
  const consent = useMutation({
    mutationFn: () => ask('consent', { saleId: sale?.id ?? '' }),
    onSuccess: refresh,
  })
  if (preview.isPending) return <Busy>{texts.patient.selecting}</Busy>
  if (preview.error) return <Problem error={preview.error} />
  const { leaving, staying, total, permission, terms, net, oracleCount, quorum } = preview.data
  return (
    <div className="mt-4 space-y-4 text-sm">
      <Split leaving={leaving} staying={staying} total={total} />
      <Words sentences={sale?.sentences ?? preview.data.consent} terms={terms} />
      {sale ? null : (
        <div className="space-y-2">
          <h4 className="font-semibold">{texts.patient.permission}</h4>
          <p>{texts.patient.checkAbout(count(oracleCount), count(quorum))}</p>
          <ol className="list-decimal space-y-1 pl-5 break-words" data-permission>
            {permission.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ol>
          <Button kind="primary" disabled={offer.isPending} onClick={() => offer.mutate()}>
            {texts.patient.check}
          </Button>
          {offer.isPending ? (
            <Busy>{texts.patient.progress(progress?.step ?? 'select')}</Busy>
          ) : null}
          <Problem error={offer.error} />
        </div>
      )}
      {sale && !consent.data ? (
        <div className="space-y-2">
          <Note>
            {texts.patient.certified(
              count(sale.oracles.signed.length),
              count(oracleCount),
              count(sale.score),
            )}
          </Note>
          <Button kind="primary" disabled={consent.isPending} onClick={() => consent.mutate()}>
            {texts.patient.sign(med(sale.net))}
          </Button>
          {consent.isPending ? <Busy>{texts.patient.settling}</Busy> : null}
          <Problem error={consent.error} />
        </div>
      ) : null}
      {consent.data ? <Note tone="good">{texts.patient.paid(med(consent.data.net))}</Note> : null}
      {!sale && net > 0n ? <p className="text-soft">{texts.patient.upTo(med(net))}</p> : null}
    </div>
  )
}

/** Which resources leave, to be opened, and how many of which kind never do. */
function Split({ leaving, staying, total }: Pick<Preview, 'leaving' | 'staying' | 'total'>) {
  const texts = useTexts()
  const stays = total - leaving.length
  return (
    <div className="grid grid-cols-1 gap-4 md:grid-cols-2">
      <div className="rounded-lg bg-raised p-3" data-leaving={leaving.length}>
        <h4 className="font-semibold">{texts.patient.leaves(count(leaving.length))}</h4>
        <ul className="mt-2 max-h-56 space-y-1 overflow-auto">
          {leaving.map(({ type, text }) => (
            <li key={text}>
              <details>
                <summary>{type}</summary>
                <pre className="overflow-auto font-mono text-xs whitespace-pre-wrap break-all">
                  {text}
                </pre>
              </details>
            </li>
          ))}
        </ul>
      </div>
      <div className="rounded-lg bg-good-soft p-3 text-good" data-staying={stays}>
        <h4 className="font-semibold">{texts.patient.stays(count(stays))}</h4>
        <ul className="mt-2 columns-2 text-xs">
          {staying.map(({ type, count: number }) => (
            <li key={type}>
              {count(number)} × {type}
            </li>
          ))}
        </ul>
      </div>
    </div>
  )
}

/** What is signed, and what the researcher promises. */
function Words({ sentences, terms }: { sentences: readonly string[] } & Pick<Preview, 'terms'>) {
  const texts = useTexts()
  return (
    <>
      <div>
        <h4 className="font-semibold">{texts.patient.sentences}</h4>
        <ol className="mt-1 list-decimal space-y-1 pl-5">
          {sentences.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ol>
      </div>
      <div>
        <h4 className="font-semibold">{texts.patient.promises}</h4>
        <ul className="mt-1 list-disc space-y-1 pl-5">
          {terms.map(({ title, text, required }) => (
            <li key={title}>
              {text} {required ? '' : `(${texts.patient.optional})`}
            </li>
          ))}
        </ul>
      </div>
    </>
  )
}
