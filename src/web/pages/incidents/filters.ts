import { INCIDENT_STATES, SEVERITIES } from '#core/alert/index.ts';

export const VIEWS = ['queue', 'alerts', 'suppressions', 'finders'] as const;
export type View = (typeof VIEWS)[number];

export const STATES = ['open', 'closed', 'all'] as const;
export type StateChoice = (typeof STATES)[number];

/** What the queue shows. It lives in the address bar. */
export interface QueueFilters {
  readonly view: View;
  readonly state: StateChoice;
  /** The lowest. */
  readonly severity: (typeof SEVERITIES)[number];
  /** An account, `-` for nobody's, '' for all. */
  readonly owner: string;
  readonly text: string;
  readonly entity: string;
}

/** What each view of the page is given. */
export interface ViewProps {
  readonly filters: QueueFilters;
  readonly change: (part: Partial<QueueFilters>) => void;
}

export const NO_FILTERS: QueueFilters = {
  view: 'queue',
  state: 'open',
  severity: 'informational',
  owner: '',
  text: '',
  entity: '',
};

/** Whether something of a view is left out on purpose. */
export const isFiltered = (filters: QueueFilters): boolean =>
  JSON.stringify({ ...filters, view: NO_FILTERS.view }) !== JSON.stringify(NO_FILTERS);

const oneOf = <T extends string>(values: readonly T[], text: string | null, otherwise: T): T =>
  values.find((value) => value === text) ?? otherwise;

export function parseFilters(search: string): QueueFilters {
  const params = new URLSearchParams(search);
  return {
    view: oneOf(VIEWS, params.get('view'), NO_FILTERS.view),
    state: oneOf(STATES, params.get('state'), NO_FILTERS.state),
    severity: oneOf(SEVERITIES, params.get('severity'), NO_FILTERS.severity),
    owner: params.get('owner')?.slice(0, 64) ?? '',
    text: params.get('text')?.slice(0, 200) ?? '',
    entity: params.get('entity')?.slice(0, 400) ?? '',
  };
}

/** The inverse; what is as usual is left out. */
export function printFilters(filters: QueueFilters): string {
  const params = new URLSearchParams();
  for (const name of ['view', 'state', 'severity', 'owner', 'text', 'entity'] as const)
    if (filters[name] !== NO_FILTERS[name]) params.set(name, filters[name]);
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}

/** As the API wants the states. */
export function statesOf(choice: StateChoice): string {
  switch (choice) {
    case 'open':
      return 'New,Active';
    case 'closed':
      return 'Closed';
    case 'all':
      return INCIDENT_STATES.join(',');
  }
}
