import type { ReactNode } from 'react';
import type { ROUTES, RouteOutput } from '#core/contract/index.ts';
import { type Answer, useRoute } from '#web/query/index.ts';
import { Empty, Listing, Pill } from '#web/widgets/index.ts';
import { AlertsADay } from './rule-list.tsx';
import { byFinder, printPrecision } from './words.ts';

export function DetectorList({
  answer,
}: {
  readonly answer: Answer<RouteOutput<typeof ROUTES.rules>>;
}): ReactNode {
  const statistics = useRoute('alertStatistics', { days: 30 });
  const finders = byFinder(statistics.data?.finders);
  return (
    <Listing
      title="Detectors"
      unit="what Weir looks for by itself, hour by hour"
      rows={answer.data?.detectors}
      error={answer.error}
      onRetry={answer.retry}
      keyOf={(detector) => detector.id}
      empty={<Empty title="There is no detector." />}
      columns={[
        {
          head: 'detector',
          kind: 'words',
          render: (detector) => (
            <>
              <b>{detector.name}</b>
              <p className="sub">{[detector.id, ...detector.techniques].join(' · ')}</p>
            </>
          ),
        },
        {
          head: 'state',
          kind: 'words',
          render: (detector) =>
            detector.isResting ? (
              <Pill title={`It reads ${detector.reads.join(', ')}, and one of them is empty.`}>
                resting
              </Pill>
            ) : (
              <Pill tone="ok">on</Pill>
            ),
        },
        {
          head: 'alerts a day',
          kind: 'number',
          render: (detector) => (
            <AlertsADay value={finders.get(`detector ${detector.id}`)?.alertsPerDay} />
          ),
        },
        {
          head: 'precision',
          kind: 'number',
          render: (detector) => {
            const { text, title } = printPrecision(finders.get(`detector ${detector.id}`));
            return <span title={title}>{text}</span>;
          },
        },
      ]}
    />
  );
}
