import { type ComponentType, type LazyExoticComponent, lazy } from 'react';
import type { Role } from '#core/contract/index.ts';
import type { IconName } from '#web/widgets/index.ts';

/** A page of the navigation. A page that is not built yet is not here. */
export interface Page {
  readonly path: string;
  readonly title: string;
  readonly group: '' | 'Data';
  readonly icon: IconName;
  /** Which of the controls at the top mean something here. */
  readonly controls: 'time and filters' | 'time' | 'none';
  /** Who sees it. */
  readonly role: Role;
  readonly view: LazyExoticComponent<ComponentType>;
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
];
