/** What a person chose for this page: language and theme, kept in this browser. Nothing secret. */

export type Language = 'en' | 'de'
export type Theme = 'light' | 'dark'
export type Settings = { language: Language; theme: Theme }

const KEY = 'ambrosia.settings'
const listeners = new Set<() => void>()
let current = load()

function load(): Settings {
  const isDark = matchMedia('(prefers-color-scheme: dark)').matches
  const first: Settings = {
    language: navigator.language.startsWith('de') ? 'de' : 'en',
    theme: isDark ? 'dark' : 'light',
  }
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Settings>
    return {
      language: kept.language === 'de' || kept.language === 'en' ? kept.language : first.language,
      theme: kept.theme === 'dark' || kept.theme === 'light' ? kept.theme : first.theme,
    }
  } catch {
    return first
  }
}

/** Puts the settings into the document. */
export function applySettings(): void {
  document.documentElement.lang = current.language
  document.documentElement.dataset['theme'] = current.theme
}

export function changeSettings(change: Partial<Settings>): void {
  current = { ...current, ...change }
  localStorage.setItem(KEY, JSON.stringify(current))
  applySettings()
  for (const listener of listeners) listener()
}

export const settings = {
  read: (): Settings => current,
  subscribe: (listener: () => void): (() => void) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  },
}
