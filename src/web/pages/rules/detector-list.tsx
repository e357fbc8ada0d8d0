import type { ReactNode } from 'react';
import type { DetectorTold, ROUTES, RouteOutput } from '#core/contract/index.ts';
import { type Answer, useRoute } from '#web/query/index.ts';
import { Ago, Empty, Listing, Num, Pill } from '#web/widgets/index.ts';
import { AlertsADay, Precision } from './rule-list.tsx';
import { byFinder } from './words.ts';

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
          render: (detector) => <State detector={detector} />,
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
            const found = finders.get(`detector ${detector.id}`);
            return <Precision found={found} isKnown={statistics.data !== undefined} />;
          },
        },
        {
          head: 'ms a look',
          kind: 'number',
          render: ({ lookMs }) =>
            lookMs === null ? (
              <span className="sub" title="It has not looked yet.">
                –
              </span>
            ) : (
              <Num value={Math.round(lookMs)} unit="none" />
            ),
        },
        {
          head: 'looked',
          kind: 'number',
          render: ({ lookedAt }) =>
            lookedAt === null ? (
              <span className="sub">never</span>
            ) : (
              <Ago at={Date.parse(lookedAt)} />
            ),
        },
      ]}
    />
  );
}

function State({ detector }: { readonly detector: DetectorTold }): ReactNode {
  switch (detector.state) {
    case 'resting':
      return (
        <Pill title={`It reads ${detector.reads.join(', ')}, and one of them is empty.`}>
          resting
        </Pill>
      );
    case 'failing':
      return (
        <Pill tone="bad" title={detector.error ?? ''}>
          failing
        </Pill>
      );
    case 'on':
      return detector.cut !== null ? (
        <Pill tone="deny" title={detector.cut}>
          saw a part
        </Pill>
      ) : (
        <Pill tone="ok" title="It looks when what it reads has changed.">
          on
        </Pill>
      );
  }
}
