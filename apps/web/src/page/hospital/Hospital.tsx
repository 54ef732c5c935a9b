import { useMutation, useQuery } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { refresh } from '../app/queries.ts'
import { WithWallet } from '../app/WithWallet.tsx'
import { ask } from '../app/worker.ts'
import { useTexts } from '../texts/Texts.tsx'
import { bytes, count, dateTime } from '../ui/format.ts'
import {
  Badge,
  Busy,
  Button,
  Card,
  Facts,
  Field,
  Hash,
  Input,
  Note,
  PageHead,
  Problem,
  Table,
} from '../ui/index.tsx'

/** A hospital's way: sign, revoke, see keys and lists, and a log that names nobody. */
export function Hospital() {
  const texts = useTexts()
  return (
    <>
      <PageHead title={texts.hospital.title} lead={texts.hospital.lead} />
      <div className="grid grid-cols-1 gap-4">
        <WithWallet>
          <Issue />
          <Log />
        </WithWallet>
        <Identity />
      </div>
    </>
  )
}

function Issue() {
  const texts = useTexts()
  const file = useRef<HTMLInputElement>(null)
  const [server, setServer] = useState('')
  const issue = useMutation({
    mutationFn: async (chosen: File | string) => {
      if (typeof chosen === 'string') return await ask('addFromServer', { url: chosen })
      const bundle = new Uint8Array(await chosen.arrayBuffer())
      return await ask('addRecord', { bundle, label: chosen.name })
    },
    onSuccess: refresh,
  })
  return (
    <Card>
      <h2>{texts.hospital.issue}</h2>
      <p className="text-sm text-soft">{texts.hospital.issueAbout}</p>
      <input
        ref={file}
        type="file"
        accept=".json,application/json,application/fhir+json"
        className="sr-only"
        tabIndex={-1}
        aria-label={texts.hospital.choose}
        onChange={({ target }) => {
          const [chosen] = target.files ?? []
          if (chosen) issue.mutate(chosen)
          target.value = ''
        }}
      />
      <div className="mt-3 flex flex-wrap items-end gap-3">
        <Button kind="primary" disabled={issue.isPending} onClick={() => file.current?.click()}>
          {texts.hospital.choose}
        </Button>
        <div className="min-w-56 flex-1">
          <Field label={texts.hospital.server} hint={texts.hospital.serverHint}>
            <Input
              value={server}
              placeholder="/fhir/Patient/123/$everything"
              onChange={({ target }) => setServer(target.value)}
            />
          </Field>
        </div>
        <Button disabled={server === '' || issue.isPending} onClick={() => issue.mutate(server)}>
          {texts.hospital.fetch}
        </Button>
      </div>
      <div className="mt-3 space-y-2 empty:hidden">
        {issue.isPending ? <Busy>{texts.patient.adding}</Busy> : null}
        {issue.data ? (
          <Note tone="good">
            {texts.hospital.issued(
              count(issue.data.claimCount),
              count(issue.data.digestCount),
              count(issue.data.removed),
              count(issue.data.statusIndex),
            )}
          </Note>
        ) : null}
        <Problem error={issue.error} />
      </div>
    </Card>
  )
}

function Log() {
  const texts = useTexts()
  const log = useQuery({ queryKey: ['issuances'], queryFn: () => ask('issuances') })
  const revoke = useMutation({
    mutationFn: (statusIndex: number) => ask('revokeRecord', { statusIndex }),
    onSuccess: refresh,
  })
  return (
    <Card>
      <h2>{texts.hospital.log}</h2>
      <p className="mb-2 text-sm text-soft">{texts.hospital.logAbout}</p>
      <Problem error={revoke.error} />
      {log.data?.length === 0 ? <p className="text-sm">{texts.hospital.empty}</p> : null}
      {log.data && log.data.length > 0 ? (
        <Table caption={texts.hospital.log} head={texts.hospital.logHead}>
          {log.data.map((one) => (
            <tr key={one.statusIndex}>
              <td>{count(one.statusIndex)}</td>
              <td className="whitespace-nowrap">{dateTime(one.at)}</td>
              <td>
                {texts.hospital.counts(count(one.claims), count(one.digests), count(one.removed))}
              </td>
              <td>
                {one.revokedAt ? (
                  <Badge tone="bad">{texts.hospital.revoked(dateTime(one.revokedAt))}</Badge>
                ) : (
                  <Button
                    kind="danger"
                    disabled={revoke.isPending}
                    onClick={() => revoke.mutate(one.statusIndex)}
                  >
                    {texts.hospital.revoke}
                    <span className="sr-only"> {one.statusIndex}</span>
                  </Button>
                )}
              </td>
            </tr>
          ))}
        </Table>
      ) : null}
    </Card>
  )
}

function Identity() {
  const texts = useTexts()
  const { data, error, isPending } = useQuery({
    queryKey: ['hospital'],
    queryFn: () => ask('hospital'),
  })
  return (
    <Card>
      <h2 className="mb-2">{texts.hospital.identity}</h2>
      {isPending ? <Busy>{texts.general.loading}</Busy> : null}
      <Problem error={error} />
      {data ? (
        <Facts
          facts={[
            [
              'DID',
              <span key="did" className="break-all">
                {data.did}
              </span>,
            ],
            ...data.keys.map(
              ({ id, publicKeyMultibase }) =>
                [
                  `${texts.hospital.key} ${id.split('#')[1] ?? ''}`,
                  <Hash key={id} value={publicKeyMultibase} />,
                ] as const,
            ),
            [
              texts.hospital.list,
              texts.hospital.listAbout(
                dateTime(data.epochSec * 1000),
                bytes(data.statusListBytes),
                count(data.statusPeriodSec),
              ),
            ],
          ]}
        />
      ) : null}
    </Card>
  )
}
