import type { ReactNode } from 'react'
import { useTexts } from '../texts/Texts.tsx'
import { Busy, Card } from '../ui/index.tsx'
import { useWallet } from './useWallet.ts'
import { WalletForm } from './WalletForm.tsx'

/** What needs the wallet: shown when it is open, else the way to open it. */
export function WithWallet({ children }: { children: ReactNode }) {
  const texts = useTexts()
  const { data: wallet } = useWallet()
  if (!wallet) return <Busy>{texts.general.loading}</Busy>
  if (wallet.state === 'open') return children
  return (
    <Card className="max-w-xl">
      <h2 className="mb-2">
        {wallet.state === 'locked' ? texts.wallet.unlock : texts.wallet.make}
      </h2>
      <WalletForm />
    </Card>
  )
}
