import './incidents.css';
import type { ReactNode } from 'react';
import { useLocation, useSearch } from '#web/base/router.ts';
import { type Choice, Tabs } from '#web/widgets/index.ts';
import { AlertList } from './alert-list.tsx';
import {
  parseFilters,
  printFilters,
  type QueueFilters,
  type View,
  type ViewProps,
} from './filters.ts';
import { FinderList } from './finder-list.tsx';
import { Queue } from './queue.tsx';
import { SuppressionList } from './suppression-list.tsx';

const VIEW_CHOICES: readonly Choice<View>[] = [
  { value: 'queue', text: 'Queue' },
  { value: 'alerts', text: 'Single alerts', title: 'Alerts that belong to no incident' },
  { value: 'suppressions', text: 'Suppressions' },
  { value: 'finders', text: 'Precision', title: 'How often whoever found something was right' },
];

/** What has to be looked at, the gravest first. */
export default function Incidents(): ReactNode {
  const [path, navigate] = useLocation();
  const filters = parseFilters(useSearch());
  const change = (part: Partial<QueueFilters>) =>
    navigate(`${path}${printFilters({ ...filters, ...part })}`, {
      // Typing a filter is one step of the history, not one a letter.
      replace: part.text !== undefined,
    });
  const View = VIEWS_BY_NAME[filters.view];
  return (
    <div className="page">
      <Tabs
        label="View"
        choices={VIEW_CHOICES}
        value={filters.view}
        onChange={(view) => change({ view })}
      />
      <View filters={filters} change={change} />
    </div>
  );
}

const VIEWS_BY_NAME: Readonly<Record<View, (props: ViewProps) => ReactNode>> = {
  queue: Queue,
  alerts: AlertList,
  suppressions: SuppressionList,
  finders: FinderList,
};
