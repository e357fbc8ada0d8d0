import { type ComponentType, type LazyExoticComponent, lazy } from 'react';
import type { Role } from '#core/contract/index.ts';
import type { IconName } from '#web/widgets/index.ts';

/** Of the navigation, in order; the first has no headline. */
export const GROUPS = ['', 'Data', 'Settings'] as const;

/** A page of the navigation. A page that is not built yet is not here. */
export interface Page {
  readonly path: string;
  readonly title: string;
  readonly group: (typeof GROUPS)[number];
  readonly icon: IconName;
  /** Which of the controls at the top mean something here. */
  readonly controls: 'time and filters' | 'time' | 'none';
  /** Who sees it. */
  readonly role: Role;
  readonly view: LazyExoticComponent<ComponentType>;
  /** One of the things that the page lists: below its path, with what names it. */
  readonly detail?: { readonly path: string; readonly view: LazyExoticComponent<ComponentType> };
}

export const PAGES: readonly Page[] = [
  {
    path: '/',
    title: 'Overview',
    group: '',
    icon: 'overview',
    controls: 'time and filters',
    role: 'viewer',
    view: lazy(() => import('#web/pages/overview/index.tsx')),
  },
  {
    path: '/explore',
    title: 'Explore',
    group: '',
    icon: 'explore',
    controls: 'none',
    role: 'viewer',
    view: lazy(() => import('#web/pages/explore/index.tsx')),
  },
  {
    path: '/incidents',
    title: 'Incidents',
    group: '',
    icon: 'bell',
    controls: 'none',
    role: 'viewer',
    view: lazy(() => import('#web/pages/incidents/index.tsx')),
    detail: {
      path: '/incidents/:number',
      view: lazy(() => import('#web/pages/incidents/incident/index.tsx')),
    },
  },
  {
    path: '/hunting',
    title: 'Hunting',
    group: '',
    icon: 'aim',
    controls: 'time',
    role: 'viewer',
    view: lazy(() => import('#web/pages/hunting/index.tsx')),
    detail: {
      path: '/hunting/:subject',
      view: lazy(() => import('#web/pages/hunting/index.tsx')),
    },
  },
  {
    path: '/rules',
    title: 'Rules',
    group: '',
    icon: 'filter',
    controls: 'none',
    role: 'viewer',
    view: lazy(() => import('#web/pages/rules/index.tsx')),
    detail: {
      path: '/rules/:id',
      view: lazy(() => import('#web/pages/rules/rule-page.tsx')),
    },
  },
  {
    path: '/indicators',
    title: 'Indicators',
    group: '',
    icon: 'radar',
    controls: 'none',
    role: 'viewer',
    view: lazy(() => import('#web/pages/indicators/index.tsx')),
  },
  {
    path: '/sources',
    title: 'Sources',
    group: 'Data',
    icon: 'sources',
    controls: 'time',
    role: 'viewer',
    view: lazy(() => import('#web/pages/sources/index.tsx')),
  },
  {
    path: '/load',
    title: 'Load files',
    group: 'Data',
    icon: 'load',
    controls: 'none',
    role: 'analyst',
    view: lazy(() => import('#web/pages/load/index.tsx')),
  },
  {
    path: '/watchlists',
    title: 'Watchlists',
    group: 'Data',
    icon: 'list',
    controls: 'none',
    role: 'viewer',
    view: lazy(() => import('#web/pages/watchlists/index.tsx')),
  },
  {
    path: '/outputs',
    title: 'Outputs',
    group: 'Settings',
    icon: 'link',
    controls: 'none',
    role: 'viewer',
    view: lazy(() => import('#web/pages/outputs/index.tsx')),
  },
  {
    path: '/users',
    title: 'People',
    group: 'Settings',
    icon: 'people',
    controls: 'none',
    role: 'admin',
    view: lazy(() => import('#web/pages/users/index.tsx')),
  },
  {
    path: '/tokens',
    title: 'API tokens',
    group: 'Settings',
    icon: 'key',
    controls: 'none',
    role: 'viewer',
    view: lazy(() => import('#web/pages/tokens/index.tsx')),
  },
  {
    path: '/audit',
    title: 'Audit log',
    group: 'Settings',
    icon: 'shield',
    controls: 'time',
    role: 'admin',
    view: lazy(() => import('#web/pages/audit/index.tsx')),
  },
];
