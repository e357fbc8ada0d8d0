import type { ReactNode } from 'react';
import type { FinderStatistics } from '#core/contract/index.ts';
import { formatShare } from '#web/base/format.ts';
import { useRoute } from '#web/query/index.ts';
import { Empty, Listing, Note } from '#web/widgets/index.ts';

/** How many alerts each rule, detector and feed makes, and how often it was right. */
export function FinderList(): ReactNode {
  const answer = useRoute('alertStatistics', {});
  return (
    <Listing
      title="Precision"
      unit="of the last 30 days, by the verdicts of people"
      rows={answer.data?.finders}
      error={answer.error}
      onRetry={answer.retry}
      keyOf={(f) => `${f.kind} ${f.id}`}
      columns={[
        { head: 'found by', kind: 'words', render: (f) => <Finder finder={f} /> },
        { head: 'kind', kind: 'words', render: (f) => f.kind },
        { head: 'alerts', kind: 'number', render: (f) => f.alerts },
        { head: 'a day', kind: 'number', render: (f) => perDay(f.alertsPerDay) },
        { head: 'incidents', kind: 'number', render: (f) => f.incidents },
        { head: 'suppressed', kind: 'number', render: (f) => f.suppressed },
        { head: 'real', kind: 'number', render: (f) => f.truePositives },
        { head: 'harmless', kind: 'number', render: (f) => f.benignPositives },
        { head: 'false', kind: 'number', render: (f) => f.falsePositives },
        { head: 'precision', kind: 'number', render: (f) => <Precision finder={f} /> },
      ]}
      empty={
        <Empty title="No alert in 30 days.">
          <p>Each verdict on an alert or an incident counts here for whoever found it.</p>
        </Empty>
      }
    />
  );
}

const perDay = (alerts: number): string =>
  alerts > 0 && alerts < 0.05 ? '< 0.1' : alerts.toFixed(1);

function Finder({ finder }: { readonly finder: FinderStatistics }): ReactNode {
  return (
    <>
      {finder.name}
      {finder.proposal && (
        <Note tone="warn">
          <p>{finder.proposal}</p>
        </Note>
      )}
    </>
  );
}

function Precision({
  finder: { precision, interval },
}: {
  readonly finder: FinderStatistics;
}): ReactNode {
  if (precision === null || interval === null) return <span className="sub">no verdict</span>;
  return (
    <span title="With the 95 % interval of so few verdicts">
      {formatShare(precision)}{' '}
      <span className="sub">
        {formatShare(interval[0])} – {formatShare(interval[1])}
      </span>
    </span>
  );
}
