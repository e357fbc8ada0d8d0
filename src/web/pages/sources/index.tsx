import './sources.css';
import type { ReactNode } from 'react';
import type { Behind, Completeness, SourceStatus, StatusAnswer } from '#core/contract/index.ts';
import { exploreHref } from '#web/base/explore-link.ts';
import {
  exactNumber,
  formatBytes,
  formatCount,
  formatDuration,
  formatShare,
  plural,
} from '#web/base/format.ts';
import { Link } from '#web/base/router.ts';
import { formatInterval } from '#web/base/time-text.ts';
import { hintBeyond } from '#web/base/words.ts';
import { useRoute, useScope, useSelection } from '#web/query/index.ts';
import {
  Ago,
  Dot,
  Empty,
  Failed,
  Listing,
  Loading,
  Moment,
  Note,
  Num,
  Pill,
  type Tone,
} from '#web/widgets/index.ts';

export default function Sources(): ReactNode {
  const { interval } = useScope();
  const { search } = useSelection();
  const status = useRoute(
    'status',
    { from: new Date(interval.from).toISOString(), to: new Date(interval.to).toISOString() },
    { everyMs: () => 30_000 },
  );
  if (status.error && !status.data)
    return (
      <div className="page">
        <Failed error={status.error} onRetry={status.retry} />
      </div>
    );
  if (!status.data)
    return (
      <div className="page">
        <Loading lines={8} says="Asking what is stored" />
      </div>
    );
  return (
    <div className="page sources">
      <h1 className="visually-hidden">Sources</h1>
      {status.data.disk.state !== 'fine' && (
        <Note tone="bad">
          <p>{status.data.disk.sentence ?? 'The disk is short.'}</p>
        </Note>
      )}
      {status.data.duplicates.map((d) => (
        <Note key={d.scope} tone="warn">
          <p>
            {d.sentence} <span className="sub">Every row is kept, one of each is counted.</span>
          </p>
        </Note>
      ))}
      <SourceList sources={status.data.sources} search={search} />
      <CompletenessTable all={status.data.completeness} interval={formatInterval(interval)} />
      <BehindList behind={status.data.behind} />
      <Stored status={status.data} />
      <Quarantine />
    </div>
  );
}

function tone(source: SourceStatus): Tone {
  if (source.state === 'failed') return 'bad';
  if (source.state === 'late') return 'deny';
  return source.state === 'running' || source.state === 'waiting' ? 'ok' : 'plain';
}

function SourceList(props: {
  readonly sources: readonly SourceStatus[];
  readonly search: string;
}): ReactNode {
  return (
    <Listing
      title="Sources"
      unit="where flows come from"
      rows={props.sources}
      keyOf={(source) => `${source.kind} ${source.name}`}
      columns={[
        { head: 'source', kind: 'words', render: (source) => <SourceName source={source} /> },
        { head: 'kind', kind: 'words', render: (source) => source.kind },
        {
          head: 'state',
          kind: 'words',
          render: (source) => <Pill tone={tone(source)}>{source.state}</Pill>,
        },
        {
          head: 'newest flow',
          kind: 'number',
          render: ({ newest }) => (newest ? <Moment at={Date.parse(newest)} /> : '–'),
        },
        {
          head: 'last read',
          kind: 'number',
          render: ({ lastSuccess }) =>
            lastSuccess ? <Ago at={Date.parse(lastSuccess)} /> : 'never',
        },
      ]}
      empty={
        <Empty title="No source is followed.">
          <p>
            Name a folder or an Azure container in the configuration, and Weir reads what is written
            there within seconds. Or <Link href={`/load${props.search}`}>load files</Link> by hand.
          </p>
        </Empty>
      }
    />
  );
}

const STAGE_WORDS: Readonly<Record<Behind['stage'], string>> = {
  reducing: 'Reduced flows and rollups',
  counting: 'Hourly counts of hosts and pairs',
  looking: 'Detectors',
  rules: 'Scheduled rules',
};
/** From here on it is worth a colour. */
const LATE_SECONDS = 60;

/** How far what is made of the rows is behind them. */
function BehindList({ behind }: { readonly behind: readonly Behind[] }): ReactNode {
  return (
    <Listing
      title="How far behind"
      unit="what is made of the rows, once they are stored"
      rows={behind}
      keyOf={({ stage }) => stage}
      columns={[
        {
          head: 'what',
          kind: 'words',
          render: (b) => (
            <>
              <Dot tone={b.hasFailed ? 'bad' : isLate(b) ? 'deny' : 'ok'} /> {STAGE_WORDS[b.stage]}
              {b.hasFailed && <Pill tone="bad">failed</Pill>}
            </>
          ),
        },
        {
          head: 'behind',
          kind: 'number',
          render: (b) => (b.lagSeconds === 0 ? 'not' : formatDuration(b.lagSeconds * 1000)),
        },
        { head: 'why', kind: 'words', render: (b) => <span className="sub">{b.says}</span> },
      ]}
      empty={null}
    />
  );
}

const isLate = ({ stage, lagSeconds }: Behind): boolean =>
  stage !== 'rules' && lagSeconds > LATE_SECONDS;

function SourceName({ source }: { readonly source: SourceStatus }): ReactNode {
  const { lastError } = source;
  return (
    <>
      <Dot tone={tone(source)} /> <b>{source.name}</b>
      {!lastError && source.says && <p className="sub">{source.says}</p>}
      {lastError && (
        <p className={source.state === 'failed' ? 'field-error' : 'sub'}>
          {lastError.message} {hintBeyond(lastError.message, lastError.hint)} (
          <Ago at={Date.parse(lastError.at)} />)
        </p>
      )}
    </>
  );
}

function CompletenessTable(props: {
  readonly all: readonly Completeness[];
  readonly interval: string;
}): ReactNode {
  return (
    <Listing
      title="Completeness"
      unit={`received ${props.interval}; received = stored + known + lost`}
      span={7}
      rows={props.all.filter((c) => c.received > 0)}
      keyOf={(c) => c.source}
      columns={[
        { head: 'source', kind: 'words', render: (c) => <Losses of={c} /> },
        {
          head: 'received',
          kind: 'number',
          render: (c) => <Num value={c.received} unit="records" />,
        },
        { head: 'stored', kind: 'number', render: (c) => <Num value={c.stored} unit="records" /> },
        { head: 'known', kind: 'number', render: (c) => <Num value={c.known} unit="records" /> },
        {
          head: 'lost',
          kind: 'number',
          render: (c) => (
            <span className={lostOf(c) > 0 ? 'up' : ''}>
              <Num value={lostOf(c)} unit="records" />
            </span>
          ),
        },
        {
          head: 'complete',
          kind: 'number',
          render: (c) => formatShare((c.received - lostOf(c)) / c.received),
        },
      ]}
      empty={
        <p className="sub">
          Nothing was received in this time. It counts when records came in, not when the traffic
          was.
        </p>
      }
    />
  );
}

const lostOf = (c: Completeness): number => c.losses.reduce((sum, loss) => sum + loss.records, 0);

function Losses(props: { readonly of: Completeness }): ReactNode {
  return (
    <>
      {props.of.source}
      {props.of.losses.map((loss) => (
        <p key={loss.code} className="sub">
          {exactNumber(loss.records)}: {loss.meaning}
        </p>
      ))}
    </>
  );
}

function Stored(props: { readonly status: StatusAnswer }): ReactNode {
  const { tables, disk, reduction, retention } = props.status;
  return (
    <Listing
      title="Stored"
      unit={`${formatBytes(disk.usedBytes)} used, ${formatBytes(disk.freeBytes)} free`}
      span={5}
      rows={tables.filter((table) => table.rows > 0)}
      keyOf={(table) => table.name}
      columns={[
        {
          head: 'table',
          kind: 'words',
          render: ({ name }) => <Link href={exploreHref(`${name}\n| take 100`)}>{name}</Link>,
        },
        {
          head: 'rows',
          kind: 'number',
          render: (table) => <Num value={table.rows} unit="records" />,
        },
        {
          head: 'size',
          kind: 'number',
          render: (table) => (
            <span title={plural(table.segments, 'segment')}>{formatBytes(table.sizeBytes)}</span>
          ),
        },
        {
          head: 'newest',
          kind: 'number',
          render: ({ newest }) => (newest ? <Moment at={Date.parse(newest)} /> : '–'),
        },
      ]}
      empty={<p className="sub">Nothing yet.</p>}
      footer={
        <>
          {reduction.upTo && (
            <p>
              Reduced up to <Moment at={Date.parse(reduction.upTo)} />
            </p>
          )}
          {retention.slice(0, 3).map((r) => (
            <p key={`${r.at} ${r.table}`}>
              {r.sentence} (<Ago at={Date.parse(r.at)} />)
            </p>
          ))}
        </>
      }
    />
  );
}

function Quarantine(): ReactNode {
  const answer = useRoute('quarantine', { limit: 50 });
  const records = answer.data?.records ?? [];
  if (answer.error) return <Failed error={answer.error} onRetry={answer.retry} />;
  if (records.length === 0) return null;
  return (
    <Listing
      title="Quarantine"
      unit={`records that could not be read, newest ${formatCount(records.length)}`}
      rows={records}
      keyOf={(r) => `${r.object} ${r.offset} ${r.at} ${r.code}`}
      columns={[
        {
          head: 'when',
          kind: 'words',
          render: (r) => (
            <span className="nowrap">
              <Ago at={Date.parse(r.at)} />
            </span>
          ),
        },
        {
          head: 'reason',
          kind: 'words',
          render: (r) => (
            <>
              {r.meaning} <span className="sub">{r.detail}</span>
            </>
          ),
        },
        {
          head: 'where',
          kind: 'words',
          render: (r) => (
            <span className="break">
              {r.object} <span className="sub">byte {exactNumber(r.offset)}</span>
            </span>
          ),
        },
        {
          head: 'record',
          kind: 'words',
          render: (r) => <span className="mono break">{r.excerpt.slice(0, 160)}</span>,
        },
      ]}
      empty={null}
    />
  );
}
