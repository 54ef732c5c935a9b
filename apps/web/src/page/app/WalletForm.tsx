import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTexts } from '../texts/Texts.tsx'
import { Button, Field, Input, Problem } from '../ui/index.tsx'
import { askPasskey, createPasskey, hasPasskeys } from './passkey.ts'
import { refresh } from './queries.ts'
import { useWallet } from './useWallet.ts'
import { ask } from './worker.ts'

/** Makes or opens the wallet: by password, by passkey, or as a guest for as long as the tab lives. */
export function WalletForm({ onOpened }: { onOpened?: () => void }) {
  const texts = useTexts()
  const { data } = useWallet()
  const [password, setPassword] = useState('')
  const isLocked = data?.state === 'locked'
  const work = useMutation({
    mutationFn: async (way: 'password' | 'passkey' | 'guest' | 'forget') => {
      if (way === 'guest') return await ask('openGuest', {})
      if (way === 'forget') return await ask('forgetWallet', {})
      if (way === 'password')
        return await ask(isLocked ? 'unlockWallet' : 'createWallet', { password })
      if (!isLocked) return await ask('createWithPasskey', await createPasskey())
      const secret = await askPasskey(data.credentialId as Uint8Array, data.salt as Uint8Array)
      return await ask('unlockWithPasskey', { secret })
    },
    onSuccess: (_, way) => {
      setPassword('')
      refresh()
      if (way !== 'forget') onOpened?.()
    },
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    work.mutate('password')
  }
  const byPassword = !isLocked || data?.way === 'password'
  const byPasskey = hasPasskeys() && (!isLocked || data?.way === 'passkey')
  return (
    <form onSubmit={submit} className="space-y-4">
      <p className="text-sm text-soft">{isLocked ? texts.wallet.lockedLead : texts.wallet.lead}</p>
      {byPassword ? (
        <>
          <input
            type="text"
            name="username"
            autoComplete="username"
            value="wallet"
            readOnly
            hidden
          />
          <Field
            label={texts.wallet.password}
            {...(isLocked ? {} : { hint: texts.wallet.passwordHint })}
          >
            <Input
              type="password"
              autoComplete={isLocked ? 'current-password' : 'new-password'}
              value={password}
              onChange={({ target }) => setPassword(target.value)}
            />
          </Field>
          <Button kind="primary" type="submit" disabled={password === '' || work.isPending}>
            {isLocked ? texts.wallet.unlock : texts.wallet.make}
          </Button>
        </>
      ) : null}
      <div className="flex flex-wrap gap-2">
        {byPasskey ? (
          <Button disabled={work.isPending} onClick={() => work.mutate('passkey')}>
            {texts.wallet.passkey}
          </Button>
        ) : null}
        {data?.state === 'none' ? (
          <Button disabled={work.isPending} onClick={() => work.mutate('guest')}>
            {texts.wallet.tryGuest}
          </Button>
        ) : null}
        {isLocked ? (
          <Button kind="danger" onClick={() => work.mutate('forget')}>
            {texts.wallet.forget}
          </Button>
        ) : null}
      </div>
      <Problem error={work.error} />
    </form>
  )
}
