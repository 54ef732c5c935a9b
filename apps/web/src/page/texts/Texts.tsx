import { createContext, type ReactNode, useContext, useSyncExternalStore } from 'react'
import { settings } from '../app/settings.ts'
import { de } from './tables/de.ts'
import { type Catalogue, en } from './tables/en.ts'

const Context = createContext<Catalogue>(en)

export function TextsProvider({ children }: { children: ReactNode }) {
  const { language } = useSyncExternalStore(settings.subscribe, settings.read)
  return <Context value={language === 'de' ? de : en}>{children}</Context>
}

/** Every text of the page in the language that was chosen. */
export function useTexts(): Catalogue {
  return useContext(Context)
}
