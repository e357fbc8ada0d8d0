import type { ReactNode } from 'react';
import type { FinderStatistics, ROUTES, RouteOutput, RuleTold } from '#core/contract/index.ts';
import { Link } from '#web/base/router.ts';
import { type Answer, useRoute } from '#web/query/index.ts';
import { Ago, Empty, Listing, Num, Pill } from '#web/widgets/index.ts';
import { byFinder, costOf, printPrecision, STATES, severityTone } from './words.ts';

const ORDER: Readonly<Record<RuleTold['state'], number>> = {
  failing: 0,
  on: 1,
  resting: 2,
  off: 3,
};

export function RuleList({
  answer,
}: {
  readonly answer: Answer<RouteOutput<typeof ROUTES.rules>>;
}): ReactNode {
  const statistics = useRoute('alertStatistics', { days: 30 });
  const finders = byFinder(statistics.data?.finders);
  const rows =
    answer.data &&
    [...answer.data.rules].sort(
      (a, b) => ORDER[a.state] - ORDER[b.state] || a.name.localeCompare(b.name),
    );
  return (
    <Listing
      title="Rules"
      unit="files in the data folder's rules, the configured folders, and Weir's own"
      rows={rows}
      error={answer.error}
      onRetry={answer.retry}
      keyOf={(rule) => rule.id}
      columns={[
        { head: 'rule', kind: 'words', render: (rule) => <Name rule={rule} /> },
        { head: 'state', kind: 'words', render: (rule) => <State rule={rule} /> },
        {
          head: 'severity',
          kind: 'words',
          render: (rule) => <Pill tone={severityTone(rule.severity)}>{rule.severity}</Pill>,
        },
        {
          head: 'runs',
          kind: 'words',
          render: (rule) => <span className="sub">{rule.schedule}</span>,
        },
        {
          head: 'alerts a day',
          kind: 'number',
          render: (rule) => <AlertsADay value={finders.get(`rule ${rule.id}`)?.alertsPerDay} />,
        },
        {
          head: 'precision',
          kind: 'number',
          render: (rule) => {
            const found = finders.get(`rule ${rule.id}`);
            return <Precision found={found} isKnown={statistics.data !== undefined} />;
          },
        },
        { head: 'ms a run', kind: 'number', render: (rule) => <Cost rule={rule} /> },
        {
          head: 'fired',
          kind: 'number',
          render: (rule) =>
            rule.firedAt === null ? (
              <span className="sub">never</span>
            ) : (
              <Ago at={Date.parse(rule.firedAt)} />
            ),
        },
      ]}
      empty={
        <Empty title="There is no rule.">
          <p>
            Put rule files (Sentinel YAML, Sigma, metric rules) into the folder{' '}
            <code className="mono">rules</code> of the data folder, or run{' '}
            <code className="mono">weir rules import PATH</code>.
          </p>
        </Empty>
      }
    />
  );
}

function Name({ rule }: { readonly rule: RuleTold }): ReactNode {
  return (
    <>
      <Link href={`/rules/${encodeURIComponent(rule.id)}`}>{rule.name}</Link>
      <p className="sub">{[rule.isOwn ? 'Weir' : rule.format, ...rule.techniques].join(' · ')}</p>
    </>
  );
}

export function State({ rule }: { readonly rule: RuleTold }): ReactNode {
  const { tone, says } = STATES[rule.state];
  return (
    <Pill tone={tone} title={rule.error ?? says}>
      {rule.state}
    </Pill>
  );
}

/** How often it is right, or why that cannot be said. */
export function Precision(props: {
  readonly found: FinderStatistics | undefined;
  readonly isKnown: boolean;
}): ReactNode {
  if (!props.isKnown) return <span className="sub">…</span>;
  const { text, title, isNumber } = printPrecision(props.found);
  return (
    <span title={title} className={isNumber ? undefined : 'sub'}>
      {text}
    </span>
  );
}

export function AlertsADay({ value }: { readonly value: number | undefined }): ReactNode {
  if (value === undefined || value === 0) return <span className="sub">0</span>;
  return value < 1 ? value.toFixed(1) : <Num value={Math.round(value)} unit="none" />;
}

function Cost({ rule }: { readonly rule: RuleTold }): ReactNode {
  const cost = costOf(rule);
  return cost === undefined ? (
    <span className="sub">–</span>
  ) : (
    <Num value={Math.round(cost)} unit="none" />
  );
}
