import { Link, Outlet, useRouterState } from '@tanstack/react-router'
import { useEffect, useSyncExternalStore } from 'react'
import { useTexts } from '../texts/Texts.tsx'
import { MoonIcon, SunIcon } from '../ui/icons.tsx'
import { Button } from '../ui/index.tsx'
import { OutgoingCounter } from './OutgoingCounter.tsx'
import { changeSettings, settings } from './settings.ts'
import { WalletButton } from './WalletButton.tsx'

const PLACES = [
  ['/', 'live'],
  ['/views', 'views'],
  ['/patient', 'patient'],
  ['/researcher', 'researcher'],
  ['/market', 'market'],
  ['/hospital', 'hospital'],
  ['/attacks', 'attacks'],
] as const

/** What stands around every page. */
export function Shell() {
  const texts = useTexts()
  const { language, theme } = useSyncExternalStore(settings.subscribe, settings.read)
  const path = useRouterState({ select: ({ location }) => location.pathname })
  const place = PLACES.find(([to]) => to === path)?.[1]
  useEffect(() => {
    document.title = place ? `${texts.nav[place]} · Ambrosia` : 'Ambrosia'
  }, [place, texts])
  return (
    <>
      <a
        href="#content"
        className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50 focus:rounded focus:bg-surface focus:p-2"
      >
        {texts.general.skip}
      </a>
      <p className="bg-warn-soft px-4 py-1 text-center text-xs text-warn">{texts.general.banner}</p>
      <header className="border-b border-line bg-surface">
        <div className="mx-auto flex max-w-6xl flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
          <Link to="/" className="text-lg font-semibold">
            <span aria-hidden="true" className="mr-2 inline-block size-3 rounded-full bg-accent" />
            Ambrosia
          </Link>
          <div className="ml-auto flex items-center gap-1">
            <WalletButton />
            <Button
              kind="quiet"
              onClick={() => changeSettings({ language: language === 'en' ? 'de' : 'en' })}
              lang={language === 'en' ? 'de' : 'en'}
            >
              {texts.general.otherLanguage}
            </Button>
            <Button
              kind="quiet"
              onClick={() => changeSettings({ theme: theme === 'light' ? 'dark' : 'light' })}
              aria-label={theme === 'light' ? texts.general.dark : texts.general.light}
            >
              {theme === 'light' ? <MoonIcon /> : <SunIcon />}
            </Button>
          </div>
          <nav aria-label={texts.general.pages} className="order-last w-full">
            <ul className="-mx-1 flex flex-wrap gap-1 text-sm">
              {PLACES.map(([to, name]) => (
                <li key={to}>
                  <Link
                    to={to}
                    className="block rounded-md px-2 py-1.5 text-soft hover:bg-raised"
                    activeProps={{
                      className: 'bg-accent-soft font-medium text-accent!',
                      'aria-current': 'page',
                    }}
                    activeOptions={{ exact: true }}
                  >
                    {texts.nav[name]}
                  </Link>
                </li>
              ))}
            </ul>
          </nav>
        </div>
      </header>
      <main id="content" className="mx-auto max-w-6xl px-4 py-6">
        <Outlet />
      </main>
      <OutgoingCounter />
    </>
  )
}
