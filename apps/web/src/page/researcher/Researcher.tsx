import { useMutation, useQuery } from '@tanstack/react-query'
import { refresh } from '../app/queries.ts'
import { WithWallet } from '../app/WithWallet.tsx'
import { ask } from '../app/worker.ts'
import { useTexts } from '../texts/Texts.tsx'
import { med } from '../ui/format.ts'
import { Busy, Button, Card, Facts, Hash, PageHead, Problem } from '../ui/index.tsx'
import { BrowserWallets } from './BrowserWallets.tsx'
import { DealForm } from './DealForm.tsx'
import { MyDeals } from './MyDeals.tsx'

/** A researcher's way: ask, pay, collect, explore, check. */
export function Researcher() {
  const texts = useTexts()
  return (
    <>
      <PageHead title={texts.researcher.title} lead={texts.researcher.lead} />
      <WithWallet>
        <Opened />
      </WithWallet>
    </>
  )
}

function Opened() {
  const texts = useTexts()
  const me = useQuery({ queryKey: ['researcher'], queryFn: () => ask('researcher') })
  const begin = useMutation({ mutationFn: () => ask('becomeResearcher'), onSuccess: refresh })
  if (me.isPending) return <Busy>{texts.general.loading}</Busy>
  if (!me.data) return <Problem error={me.error} />
  return (
    <div className="grid grid-cols-1 gap-4">
      <Card>
        <h2 className="mb-2">{texts.researcher.account}</h2>
        <Facts
          facts={[
            [texts.researcher.address, <Hash key="a" value={me.data.address} />],
            [
              texts.researcher.signer,
              texts.researcher.signers[me.data.isBrowser ? 'browser' : 'page'],
            ],
            [texts.researcher.balance, med(me.data.balance)],
            [
              'DID',
              <span key="d" className="break-all">
                {me.data.did}
              </span>,
            ],
          ]}
        />
        {me.data.isReady ? null : (
          <div className="mt-3 space-y-2">
            <p className="text-sm">{texts.researcher.beginAbout}</p>
            <Button kind="primary" disabled={begin.isPending} onClick={() => begin.mutate()}>
              {texts.researcher.begin}
            </Button>
            {begin.isPending ? <Busy>{texts.researcher.beginning}</Busy> : null}
            <Problem error={begin.error} />
            {me.data.isBrowser ? null : <BrowserWallets />}
          </div>
        )}
      </Card>
      {me.data.isReady ? <MyDeals address={me.data.address} /> : null}
      {me.data.isReady ? <DealForm balance={me.data.balance} /> : null}
    </div>
  )
}
