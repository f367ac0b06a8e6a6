/* The one table of pages: address, name, permission, place in the menu, and the code to load. */
import type { ComponentType } from 'preact';
import { lazy } from 'preact-iso';

export interface PageRoute {
  path: string;
  title: string;
  /** Permission to see the page; menu entries without it are shown disabled, with the reason. */
  permission?: string;
  /** Group of the side menu; pages without one are reached from others. */
  menu?: 'main' | 'setup';
  /** Menu entry that is lit while this page is open, where the address does not say it. */
  under?: string;
  /** In the Ctrl K palette, also when it is in no menu. */
  palette?: boolean;
  page: ComponentType;
}

export const routes: PageRoute[] = [
  {
    path: '/calls',
    title: 'Calls',
    permission: 'calls.read',
    menu: 'main',
    palette: true,
    page: lazy(() => import('./pages/calls/calls')),
  },
  {
    path: '/calls/:id',
    title: 'Call',
    permission: 'calls.read',
    page: lazy(() => import('./pages/call/call')),
  },
  {
    path: '/upload',
    title: 'Upload calls',
    permission: 'uploads.write',
    under: '/calls',
    palette: true,
    page: lazy(() => import('./pages/uploads/upload')),
  },
  {
    path: '/integrations',
    title: 'Integrations',
    permission: 'integrations.read',
    menu: 'setup',
    palette: true,
    page: lazy(() => import('./pages/integrations/integrations')),
  },
  {
    path: '/integrations/new',
    title: 'Connect a phone system',
    permission: 'integrations.write',
    palette: true,
    page: lazy(() => import('./pages/integrations/new-integration')),
  },
  {
    path: '/integrations/:id',
    title: 'Integration',
    permission: 'integrations.read',
    page: lazy(() => import('./pages/integrations/integration')),
  },
  {
    path: '/deliveries',
    title: 'Deliveries',
    permission: 'integrations.read',
    menu: 'setup',
    palette: true,
    page: lazy(() => import('./pages/inbox/deliveries')),
  },
  {
    path: '/deliveries/:id',
    title: 'Delivery',
    permission: 'integrations.read',
    page: lazy(() => import('./pages/inbox/delivery')),
  },
  {
    path: '/scorecards',
    title: 'Scorecards',
    permission: 'scorecards.read',
    menu: 'setup',
    palette: true,
    page: lazy(() => import('./pages/scorecards/scorecards')),
  },
  {
    path: '/scorecards/:id',
    title: 'Scorecard',
    permission: 'scorecards.read',
    page: lazy(() => import('./pages/scorecards/scorecard')),
  },
  {
    path: '/settings',
    title: 'Settings',
    menu: 'setup',
    palette: true,
    page: lazy(() => import('./pages/settings/settings')),
  },
];

/** Addresses as functions, so that a page never spells one. */
export const to = {
  calls: (query: Record<string, string> = {}) => withQuery('/calls', query),
  call: (id: string, query: Record<string, string> = {}) => withQuery(`/calls/${id}`, query),
  upload: () => '/upload',
  integrations: () => '/integrations',
  newIntegration: () => '/integrations/new',
  integration: (id: string) => `/integrations/${id}`,
  deliveries: (query: Record<string, string> = {}) => withQuery('/deliveries', query),
  delivery: (id: string) => `/deliveries/${id}`,
  scorecards: () => '/scorecards',
  scorecard: (id: string) => `/scorecards/${id}`,
  settings: () => '/settings',
  signIn: (next = '') => withQuery('/sign-in', next && next !== '/' ? { next } : {}),
  platformSignIn: () => '/platform/sign-in',
  tenants: () => '/platform/tenants',
};

function withQuery(path: string, query: Record<string, string>): string {
  const filled = Object.entries(query).filter(([, value]) => value);
  return filled.length ? `${path}?${new URLSearchParams(filled)}` : path;
}
