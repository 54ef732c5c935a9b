import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from '@tanstack/react-router'
import { Shell } from './Shell.tsx'

const root = createRootRoute({ component: Shell })

const routes = [
  createRoute({
    getParentRoute: () => root,
    path: '/',
    component: lazyRouteComponent(() => import('../live/Live.tsx'), 'Live'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/patient',
    component: lazyRouteComponent(() => import('../patient/Patient.tsx'), 'Patient'),
  }),
]

export const router = createRouter({
  routeTree: root.addChildren(routes),
  defaultPreload: 'intent',
  scrollRestoration: false,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
