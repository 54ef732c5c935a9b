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
  createRoute({
    getParentRoute: () => root,
    path: '/views',
    component: lazyRouteComponent(() => import('../views/Views.tsx'), 'Views'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/researcher',
    component: lazyRouteComponent(() => import('../researcher/Researcher.tsx'), 'Researcher'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/market',
    component: lazyRouteComponent(() => import('../market/Market.tsx'), 'Market'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/hospital',
    component: lazyRouteComponent(() => import('../hospital/Hospital.tsx'), 'Hospital'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/attacks',
    component: lazyRouteComponent(() => import('../attacks/Attacks.tsx'), 'Attacks'),
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
