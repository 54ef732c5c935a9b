import { useQuery } from '@tanstack/react-query'
import { ask } from '../app/worker.ts'
import { useTexts } from '../texts/Texts.tsx'
import { bytes, count } from '../ui/format.ts'
import { Badge, Busy, Code, Facts, Hash, Problem } from '../ui/index.tsx'
import type { Party } from './matrix.ts'

/** What the live sale tells of itself. */
export type SaleFacts = {
  seed?: number
  asOf?: string
  contentAddress?: string
  settlement?: `0x${string}`
}

/** A party's own view of the sale: what it has, as it has it. */
export function PartyView({ party, facts }: { party: Party; facts: SaleFacts }) {
  const texts = useTexts()
  const { seed, asOf, contentAddress, settlement } = facts
  const nothing = <p className="text-sm">{texts.views.notYet}</p>
  if (party === 'patient' || party === 'hospital') {
    if (seed === undefined || asOf === undefined) return nothing
    return <PatientView seed={seed} asOf={asOf} />
  }
  if (party === 'chain' || party === 'relay') {
    return settlement ? <ChainView hash={settlement} isRelay={party === 'relay'} /> : nothing
  }
  if (contentAddress === undefined) return nothing
  if (party === 'store') return <StoreView contentAddress={contentAddress} />
  return <OpenedView contentAddress={contentAddress} />
}

function PatientView({ seed, asOf }: { seed: number; asOf: string }) {
  const texts = useTexts()
  const { data, error } = useQuery({
    queryKey: ['patientView', seed, asOf],
    queryFn: () => ask('patientView', { seed, asOf }),
    staleTime: Number.POSITIVE_INFINITY,
  })
  if (!data) return error ? <Problem error={error} /> : <Busy>{texts.general.loading}</Busy>
  return (
    <>
      <p className="text-sm">{texts.views.whole(count(data.count))}</p>
      <Code label={texts.views.whole(count(data.count))} text={data.text} />
    </>
  )
}

function StoreView({ contentAddress }: { contentAddress: string }) {
  const texts = useTexts()
  const { data, error, isPending } = useQuery({
    queryKey: ['storeView', contentAddress],
    queryFn: async () => (await ask('storeView', { contentAddress })) ?? null,
  })
  if (isPending) return <Busy>{texts.general.loading}</Busy>
  if (error) return <Problem error={error} />
  if (!data) return <p className="text-sm">{texts.views.notYet}</p>
  const match = data.isOfAddress ? texts.views.matches : texts.views.matchesNot
  return (
    <div className="space-y-2">
      <Facts
        facts={[
          [
            texts.views.address,
            <span key="a" className="break-all">
              {contentAddress}
            </span>,
          ],
          [texts.views.size, bytes(data.sizeBytes)],
          [
            texts.views.isIt,
            <Badge key="i" tone={data.isOfAddress ? 'good' : 'bad'}>
              {match}
            </Badge>,
          ],
        ]}
      />
      <Code label={texts.views.sealedBytes} text={spaced(data.hex)} />
    </div>
  )
}

function OpenedView({ contentAddress }: { contentAddress: string }) {
  const texts = useTexts()
  const { data, error, isPending } = useQuery({
    queryKey: ['researcherView', contentAddress],
    queryFn: async () => (await ask('researcherView', { contentAddress })) ?? null,
  })
  if (isPending) return <Busy>{texts.general.loading}</Busy>
  if (error) return <Problem error={error} />
  if (!data) return <p className="text-sm">{texts.views.notYet}</p>
  return (
    <div className="space-y-2 text-sm">
      <p>{texts.views.opened(count(data.count))}</p>
      <p data-found={data.foundInSealed}>
        {texts.views.searched(count(data.foundInSealed), count(data.count))}
      </p>
      <Code label={texts.views.opened(count(data.count))} text={data.text} />
    </div>
  )
}

function ChainView({ hash, isRelay }: { hash: `0x${string}`; isRelay: boolean }) {
  const texts = useTexts()
  const { data, error, isPending } = useQuery({
    queryKey: ['transaction', hash],
    queryFn: () => ask('transaction', { hash }),
    staleTime: Number.POSITIVE_INFINITY,
  })
  if (isPending) return <Busy>{texts.general.loading}</Busy>
  if (!data) return <Problem error={error} />
  const events = data.logs.map(({ topics, data: body }) => [...topics, body].join('\n'))
  return (
    <div className="space-y-2">
      <Facts
        facts={[
          [texts.live.transaction, <Hash key="t" value={hash} />],
          [texts.live.block, count(data.block)],
          [texts.live.from, <Hash key="f" value={data.from} />],
        ]}
      />
      <Code
        label={isRelay ? texts.views.carried : texts.views.eventsRaw}
        text={isRelay ? spaced(data.input.slice(2)) : events.join('\n\n').slice(0, 6000)}
      />
    </div>
  )
}

function spaced(hex: string): string {
  return hex.slice(0, 1280).replace(/(.{8})/g, '$1 ')
}
