import { Link } from '@tanstack/react-router'
import { type LiveLine, useLive } from '../app/useLive.ts'
import { useTexts } from '../texts/Texts.tsx'
import { count } from '../ui/format.ts'
import { Badge, Busy, Button, Card, Note, PageHead } from '../ui/index.tsx'
import { LineDetail } from './LineDetail.tsx'

/** The eight steps of a sale; the label of a line says which it belongs to. */
const STEPS = [
  'issue',
  'deal',
  'select',
  'seal',
  'validate',
  'consent',
  'settle',
  'deliver',
] as const

/** The sale of the terminal, drawn from the same events. */
export function Live() {
  const texts = useTexts()
  const sale = useLive()
  const lines = sale.steps.flatMap((step) => step.lines.map((line) => ({ step, line })))
  const linesOf = (name: string): LiveLine[] => {
    const own = lines.filter(
      ({ step, line }) =>
        line.label.replace(/^\d /, '') === name || (step.name === 'permit' && name === 'validate'),
    )
    return own.map(({ line }) => line)
  }
  const doing = sale.steps.find(({ state }) => state === 'doing')?.name
  return (
    <>
      <PageHead title={texts.live.title} lead={texts.live.lead}>
        <Button kind="primary" asChild>
          <Link to="/patient">{texts.live.sellYours}</Link>
        </Button>
      </PageHead>
      {sale.steps.length === 0 ? <Waiting isConnected={sale.isConnected} /> : null}
      <ol className="space-y-3" aria-label={texts.live.title}>
        {STEPS.map((name, index) => {
          const own = linesOf(name)
          const isDone = own.length > 0
          return (
            <li key={name} data-step={name} data-done={isDone}>
              <Card className={isDone ? '' : 'border-dashed'}>
                <div className="flex gap-4">
                  <span
                    aria-hidden="true"
                    className={`flex size-8 shrink-0 items-center justify-center rounded-full text-sm font-semibold ${isDone ? 'bg-accent text-accent-ink' : 'bg-raised text-soft'}`}
                  >
                    {isDone ? '✓' : index + 1}
                  </span>
                  <div className="min-w-0 flex-1">
                    <h2>
                      {texts.live.steps[name].title}{' '}
                      {doing === name ? <Badge tone="accent">{texts.live.now}</Badge> : null}
                    </h2>
                    <p className="text-sm text-soft">{texts.live.steps[name].about}</p>
                    {own.map((line) => (
                      <div key={line.text} className="mt-2">
                        <p className="text-sm">{line.text}</p>
                        <LineDetail line={line} />
                      </div>
                    ))}
                  </div>
                </div>
              </Card>
            </li>
          )
        })}
      </ol>
      <Cheating refused={sale.refused} />
      {sale.end ? (
        <div className="mt-4">
          <Note tone={sale.end.ok ? 'good' : 'warn'}>
            {sale.end.ok
              ? texts.live.ended(count(Math.round(sale.end.seconds)))
              : texts.live.failed}
          </Note>
        </div>
      ) : null}
    </>
  )
}

function Waiting({ isConnected }: { isConnected: boolean }) {
  const texts = useTexts()
  return (
    <div className="mb-4">
      {isConnected ? <Note>{texts.live.nothing}</Note> : <Busy>{texts.live.connecting}</Busy>}
    </div>
  )
}

function Cheating({ refused }: { refused: readonly { attack: string; code: string }[] }) {
  const texts = useTexts()
  const words = texts.live.attacks as Record<string, string>
  return (
    <Card className="mt-4" id="refused">
      <h2>{texts.live.cheating(refused.length)}</h2>
      <p className="text-sm text-soft">{texts.live.cheatingAbout}</p>
      {refused.length === 0 ? <p className="mt-2 text-sm text-soft">{texts.live.notYet}</p> : null}
      <ul className="mt-3 space-y-2">
        {refused.map(({ attack, code }) => (
          <li key={attack} className="flex flex-wrap items-center gap-2 text-sm">
            <Badge tone="good">{texts.live.refused}</Badge>
            <span>{words[attack] ?? attack}</span>
            <code className="font-mono text-xs text-soft">{code}</code>
          </li>
        ))}
      </ul>
    </Card>
  )
}
