import { useState, useSyncExternalStore } from 'react'
import { useTexts } from '../texts/Texts.tsx'
import { bytes, dateTime } from '../ui/format.ts'
import { Button, Dialog, Table } from '../ui/index.tsx'
import { outgoing } from './worker.ts'

/** What left this browser, counted where it leaves. */
export function OutgoingCounter() {
  const texts = useTexts()
  const sent = useSyncExternalStore(outgoing.subscribe, outgoing.read)
  const [open, setOpen] = useState(false)
  const totals = new Map<string, number>()
  for (const { to, sentBytes } of sent) totals.set(to, (totals.get(to) ?? 0) + sentBytes)
  const sum = [...totals.values()].reduce((total, one) => total + one, 0)
  return (
    <footer className="mx-auto max-w-6xl px-4 pb-8 text-sm text-soft">
      <button
        type="button"
        className="underline decoration-dotted underline-offset-4"
        onClick={() => setOpen(true)}
        data-sent-bytes={sum}
      >
        {texts.outgoing.summary(bytes(sum))}
      </button>
      <Dialog title={texts.outgoing.title} open={open} onOpenChange={setOpen}>
        <p className="mb-3 text-sm text-soft">{texts.outgoing.lead}</p>
        <ul className="mb-4 flex flex-wrap gap-2 text-sm">
          {[...totals].map(([to, total]) => (
            <li key={to} className="rounded bg-raised px-2 py-1" data-to={to} data-bytes={total}>
              {to}: {bytes(total)}
            </li>
          ))}
        </ul>
        <Table caption={texts.outgoing.title} head={texts.outgoing.head}>
          {sent
            .filter(({ to }) => to !== 'chain' && to !== 'page')
            .slice(-40)
            .reverse()
            .map((one) => (
              <tr key={`${one.at} ${one.path} ${one.method}`}>
                <td>{one.to}</td>
                <td className="font-mono text-xs break-all">
                  {one.method} {one.path.slice(0, 40)}
                </td>
                <td>{bytes(one.sentBytes)}</td>
                <td>{dateTime(one.at)}</td>
              </tr>
            ))}
        </Table>
        <div className="mt-4 text-right">
          <Button onClick={() => setOpen(false)}>{texts.general.close}</Button>
        </div>
      </Dialog>
    </footer>
  )
}
