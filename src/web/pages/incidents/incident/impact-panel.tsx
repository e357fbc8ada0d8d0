import type { ReactNode } from 'react';
import type { IncidentTold } from '#core/contract/index.ts';
import { exploreHref } from '#web/base/explore-link.ts';
import { formatBytes, formatCount, plural } from '#web/base/format.ts';
import { Link } from '#web/base/router.ts';
import { printSelection } from '#web/base/selection.ts';
import { toNumber, toRecords, toText, useKql, useSelection } from '#web/query/index.ts';
import { Empty, Failed, Loading, Panel, Rows } from '#web/widgets/index.ts';
import { impactQuery, ownAddresses, REACH_DAYS } from './impact.ts';

const SHOWN = 8;

/** What can be reached from here: hosts that those of the incident talk to, and those beyond. */
export function ImpactPanel({ incident }: { readonly incident: IncidentTold }): ReactNode {
  const kql = impactQuery(incident);
  const answer = useKql(kql);
  const { selection } = useSelection();
  if (kql === undefined) return null;
  const body = () => {
    if (answer.error) return <Failed error={answer.error} onRetry={answer.retry} />;
    if (!answer.data) return <Loading lines={3} says="Looking for what can be reached" />;
    const rows = toRecords(answer.data);
    const near = rows.filter((r) => toNumber(r['Steps']) === 1);
    const hosts = (of: typeof rows) => new Set(of.map((r) => toText(r['Host']))).size;
    const own = ownAddresses(incident).length;
    const far = hosts(rows) - hosts(near);
    if (rows.length === 0)
      return (
        <Empty title="Nothing inside answers them.">
          <p>
            In {REACH_DAYS} days no host inside answered {own === 1 ? 'the host' : 'the hosts'} of
            this incident.
          </p>
        </Empty>
      );
    return (
      <>
        <p>
          {own === 1 ? 'The host' : `The ${own} hosts`} of yours in this incident{' '}
          {own === 1 ? 'talks' : 'talk'} to <b>{plural(hosts(near), 'other host')}</b> inside
          {far > 0 && (
            <>
              , and these to <b>{formatCount(far)} more</b>
            </>
          )}
          .
        </p>
        <Rows
          label="Reached directly"
          rows={near.slice(0, SHOWN)}
          keyOf={(r) => `${toText(r['Via'])} ${toText(r['Host'])}`}
          columns={[
            {
              head: 'from → to',
              kind: 'words',
              render: (r) => (
                <span className="mono">
                  {toText(r['Via'])} →{' '}
                  <Link
                    href={`/${printSelection({ ...selection, filters: { host: toText(r['Host']) } })}`}
                  >
                    {toText(r['Host'])}
                  </Link>
                </span>
              ),
            },
            { head: 'flows', kind: 'number', render: (r) => formatCount(toNumber(r['Flows'])) },
            { head: 'bytes', kind: 'number', render: (r) => formatBytes(toNumber(r['Bytes'])) },
          ]}
        />
      </>
    );
  };
  return (
    <Panel title="What can be reached from here" span={12} exploreHref={exploreHref(kql)}>
      {body()}
    </Panel>
  );
}
