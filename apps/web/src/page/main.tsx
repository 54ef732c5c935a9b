import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { queries } from './app/queries.ts'
import { router } from './app/router.tsx'
import { applySettings } from './app/settings.ts'
import { TextsProvider } from './texts/Texts.tsx'
import './index.css'

applySettings()
// Dialogs hold the page still by a style of their own, which the policy wants marked.
const nonce = document.querySelector<HTMLMetaElement>('meta[name=style-nonce]')?.content ?? ''
Object.assign(globalThis, { __webpack_nonce__: nonce })
createRoot(document.getElementById('page') as HTMLElement).render(
  <StrictMode>
    <TextsProvider>
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </TextsProvider>
  </StrictMode>,
)
