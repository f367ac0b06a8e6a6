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
    path: '/calls/new',
    title: 'Log a call',
    permission: 'calls.write',
    under: '/calls',
    palette: true,
    page: lazy(() => import('./pages/calls/new-call')),
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
    path: '/contacts',
    title: 'Contacts',
    permission: 'calls.read',
    menu: 'main',
    palette: true,
    page: lazy(() => import('./pages/contacts/contacts')),
  },
  {
    path: '/contacts/new',
    title: 'New contact',
    permission: 'calls.write',
    page: lazy(() => import('./pages/contacts/new-contact')),
  },
  {
    path: '/contacts/:id',
    title: 'Contact',
    permission: 'calls.read',
    page: lazy(() => import('./pages/contacts/contact')),
  },
  {
    path: '/agents/:id',
    title: 'Agent',
    permission: 'calls.read',
    page: lazy(() => import('./pages/agents/agent')),
  },
  {
    path: '/tasks',
    title: 'Tasks',
    permission: 'calls.read',
    menu: 'main',
    palette: true,
    page: lazy(() => import('./pages/tasks/tasks')),
  },
  {
    path: '/customer-fields',
    title: 'Customer fields',
    permission: 'scorecards.read',
    menu: 'setup',
    palette: true,
    page: lazy(() => import('./pages/customers/fields')),
  },
  {
    path: '/intents',
    title: 'Intents',
    permission: 'scorecards.read',
    menu: 'setup',
    palette: true,
    page: lazy(() => import('./pages/intents/intents')),
  },
  {
    path: '/unknown-agents',
    title: 'Unknown agents',
    permission: 'people.read',
    menu: 'setup',
    palette: true,
    page: lazy(() => import('./pages/unknown/unknown')),
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
    path: '/integrations/:id/guide',
    title: 'Guide',
    permission: 'integrations.read',
    page: lazy(() => import('./pages/integrations/guide')),
  },
  {
    path: '/integrations/:id/map',
    title: 'Field map',
    permission: 'integrations.read',
    page: lazy(() => import('./pages/integrations/map')),
  },
  {
    path: '/folders',
    title: 'Drop folders',
    permission: 'integrations.read',
    menu: 'setup',
    palette: true,
    page: lazy(() => import('./pages/folders/folders')),
  },
  {
    path: '/folders/new',
    title: 'Add a folder',
    permission: 'integrations.write',
    palette: true,
    page: lazy(() => import('./pages/folders/new-folder')),
  },
  {
    path: '/folders/:id',
    title: 'Drop folder',
    permission: 'integrations.read',
    page: lazy(() => import('./pages/folders/folder')),
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
    path: '/work',
    title: 'Work',
    permission: 'jobs.read',
    menu: 'setup',
    palette: true,
    page: lazy(() => import('./pages/work/work')),
  },
  {
    path: '/trackers',
    title: 'Trackers',
    permission: 'scorecards.read',
    menu: 'setup',
    palette: true,
    page: lazy(() => import('./pages/trackers/trackers')),
  },
  {
    path: '/trackers/:id',
    title: 'Tracker',
    permission: 'scorecards.read',
    page: lazy(() => import('./pages/trackers/tracker')),
  },
  {
    path: '/reviews',
    title: 'Reviews',
    permission: 'reviews.write',
    menu: 'main',
    palette: true,
    page: lazy(() => import('./pages/reviews/reviews')),
  },
  {
    path: '/reviews/:id',
    title: 'Review',
    permission: 'reviews.write',
    page: lazy(() => import('./pages/reviews/review')),
  },
  {
    path: '/coaching',
    title: 'Coaching',
    permission: 'calls.read',
    menu: 'main',
    palette: true,
    page: lazy(() => import('./pages/coaching/coaching')),
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
    path: '/scorecards/:id/edit',
    title: 'Edit scorecard',
    permission: 'scorecards.write',
    page: lazy(() => import('./pages/scorecards/edit')),
  },
  {
    path: '/scorecards/:id/agreement',
    title: 'Agreement',
    permission: 'reviews.write',
    page: lazy(() => import('./pages/calibration/agreement')),
  },
  {
    path: '/calibrations/:id',
    title: 'Calibration',
    permission: 'reviews.write',
    under: '/reviews',
    page: lazy(() => import('./pages/calibration/set')),
  },
  {
    path: '/members',
    title: 'Members',
    permission: 'people.read',
    menu: 'setup',
    palette: true,
    page: lazy(() => import('./pages/members/members')),
  },
  {
    path: '/audit',
    title: 'Audit',
    permission: 'audit.read',
    menu: 'setup',
    palette: true,
    page: lazy(() => import('./pages/audit/audit')),
  },
  {
    path: '/settings',
    title: 'Settings',
    menu: 'setup',
    palette: true,
    page: lazy(() => import('./pages/settings/settings')),
  },
  {
    path: '/settings/engines',
    title: 'Engines',
    permission: 'integrations.read',
    under: '/settings',
    palette: true,
    page: lazy(() => import('./pages/speech/engines')),
  },
];

/** Addresses as functions, so that a page never spells one. */
export const to = {
  calls: (query: Record<string, string> = {}) => withQuery('/calls', query),
  call: (id: string, query: Record<string, string> = {}) => withQuery(`/calls/${id}`, query),
  newCall: (query: Record<string, string> = {}) => withQuery('/calls/new', query),
  upload: (query: Record<string, string> = {}) => withQuery('/upload', query),
  contacts: (query: Record<string, string> = {}) => withQuery('/contacts', query),
  newContact: (query: Record<string, string> = {}) => withQuery('/contacts/new', query),
  contact: (id: string) => `/contacts/${id}`,
  agent: (id: string) => `/agents/${id}`,
  tasks: (query: Record<string, string> = {}) => withQuery('/tasks', query),
  customerFields: () => '/customer-fields',
  intents: () => '/intents',
  unknownAgents: () => '/unknown-agents',
  integrations: () => '/integrations',
  newIntegration: () => '/integrations/new',
  integration: (id: string) => `/integrations/${id}`,
  guide: (id: string) => `/integrations/${id}/guide`,
  fieldMap: (id: string) => `/integrations/${id}/map`,
  folders: () => '/folders',
  newFolder: () => '/folders/new',
  folder: (id: string) => `/folders/${id}`,
  audit: (query: Record<string, string> = {}) => withQuery('/audit', query),
  deliveries: (query: Record<string, string> = {}) => withQuery('/deliveries', query),
  delivery: (id: string) => `/deliveries/${id}`,
  work: (query: Record<string, string> = {}) => withQuery('/work', query),
  trackers: () => '/trackers',
  tracker: (id: string) => `/trackers/${id}`,
  reviews: (tab = '') => withQuery('/reviews', { tab }),
  coaching: (tab = '') => withQuery('/coaching', { tab }),
  review: (id: string) => `/reviews/${id}`,
  scorecards: () => '/scorecards',
  scorecard: (id: string) => `/scorecards/${id}`,
  editScorecard: (id: string) => `/scorecards/${id}/edit`,
  agreement: (id: string, calibration = '') =>
    withQuery(`/scorecards/${id}/agreement`, { calibration }),
  calibration: (id: string) => `/calibrations/${id}`,
  settings: () => '/settings',
  engines: () => '/settings/engines',
  signIn: (next = '') => withQuery('/sign-in', next && next !== '/' ? { next } : {}),
  forgot: () => '/forgot',
  members: () => '/members',
  platformSignIn: () => '/platform/sign-in',
  tenants: () => '/platform/tenants',
  platformMails: () => '/platform/mails',
  queues: (tab = '') => withQuery('/platform/queues', { tab }),
  platformAudit: (query: Record<string, string> = {}) => withQuery('/platform/audit', query),
};

function withQuery(path: string, query: Record<string, string>): string {
  const filled = Object.entries(query).filter(([, value]) => value);
  return filled.length ? `${path}?${new URLSearchParams(filled)}` : path;
}
