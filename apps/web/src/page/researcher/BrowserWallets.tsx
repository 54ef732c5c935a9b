import { useMutation } from '@tanstack/react-query'
import { useSyncExternalStore } from 'react'
import { type BrowserWallet, browserWallets, connect } from '../app/browserWallet.ts'
import { refresh } from '../app/queries.ts'
import { ask } from '../app/worker.ts'
import { useTexts } from '../texts/Texts.tsx'
import { Button, Problem } from '../ui/index.tsx'

/** The wallets that this browser brings; the chosen one's account opens deals and pays. */
export function BrowserWallets() {
  const texts = useTexts()
  const wallets = useSyncExternalStore(browserWallets.subscribe, browserWallets.read)
  const choose = useMutation({
    mutationFn: async (wallet: BrowserWallet) => {
      const { chainId } = await ask('describeNetwork', {})
      await ask('chooseBrowserWallet', { address: await connect(wallet, chainId) })
    },
    onSuccess: refresh,
  })
  if (wallets.length === 0) return null
  return (
    <div className="space-y-2">
      <p className="text-sm">{texts.researcher.walletAbout}</p>
      <div className="flex flex-wrap gap-2">
        {wallets.map((wallet) => (
          <Button key={wallet.id} disabled={choose.isPending} onClick={() => choose.mutate(wallet)}>
            {texts.researcher.chooseWallet(wallet.name)}
          </Button>
        ))}
      </div>
      <Problem error={choose.error} />
    </div>
  )
}
