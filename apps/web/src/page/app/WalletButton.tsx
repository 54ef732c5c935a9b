import { useState } from 'react'
import { useTexts } from '../texts/Texts.tsx'
import { LockIcon } from '../ui/icons.tsx'
import { Button, Dialog } from '../ui/index.tsx'
import { refresh } from './queries.ts'
import { useWallet } from './useWallet.ts'
import { WalletForm } from './WalletForm.tsx'
import { ask } from './worker.ts'

/** Whether the wallet is open, and the way to open or lock it. */
export function WalletButton() {
  const texts = useTexts()
  const { data } = useWallet()
  const [open, setOpen] = useState(false)
  const state = data?.state ?? 'none'
  if (state === 'open' && data?.isGuest === false) {
    return (
      <Button
        onClick={() => {
          void ask('lockWallet', {}).then(refresh)
        }}
      >
        <LockIcon isOpen /> {texts.wallet.lock}
      </Button>
    )
  }
  const label =
    state === 'locked'
      ? texts.wallet.unlock
      : state === 'open'
        ? texts.wallet.guest
        : texts.wallet.make
  return (
    <>
      <Button onClick={() => setOpen(true)}>
        <LockIcon isOpen={state === 'open'} /> {label}
      </Button>
      <Dialog title={label} open={open} onOpenChange={setOpen}>
        <WalletForm onOpened={() => setOpen(false)} />
      </Dialog>
    </>
  )
}
