import './sources.css';
import type { ReactNode } from 'react';
import type { Completeness, SourceStatus, StatusAnswer } from '#core/contract/index.ts';
import { exploreHref } from '#web/base/explore-link.ts';
import { exactNumber, formatBytes, formatCount, formatShare, plural } from '#web/base/format.ts';
import { Link } from '#web/base/router.ts';
import { formatInterval } from '#web/base/time-text.ts';
import { hintBeyond } from '#web/base/words.ts';
import { useRoute, useScope, useSelection } from '#web/query/index.ts';
import {
  Ago,
  Dot,
  Empty,
  Failed,
  Loading,
  Moment,
  Note,
  Num,
  Panel,
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
  if (props.sources.length === 0)
    return (
      <Panel title="Sources" span={12}>
        <Empty title="No source is followed.">
          <p>
            Name a folder or an Azure container in the configuration, and Weir reads what is written
            there within seconds. Or <Link href={`/load${props.search}`}>load files</Link> by hand.
          </p>
        </Empty>
      </Panel>
    );
  return (
    <Panel title="Sources" unit="where flows come from" span={12}>
      <div className="rows">
        <table aria-label="Sources">
          <thead>
            <tr>
              <th scope="col">source</th>
              <th scope="col">kind</th>
              <th scope="col">state</th>
              <th scope="col" className="number">
                newest flow
              </th>
              <th scope="col" className="number">
                last read
              </th>
            </tr>
          </thead>
          <tbody>
            {props.sources.map((source) => (
              <tr key={`${source.kind} ${source.name}`}>
                <td>
                  <Dot tone={tone(source)} /> <b>{source.name}</b>
                  {!source.lastError && source.says && <p className="sub">{source.says}</p>}
                  {source.lastError && (
                    <p className={source.state === 'failed' ? 'field-error' : 'sub'}>
                      {source.lastError.message}{' '}
                      {hintBeyond(source.lastError.message, source.lastError.hint)} (
                      <Ago at={Date.parse(source.lastError.at)} />)
                    </p>
                  )}
                </td>
                <td className="sub">{source.kind}</td>
                <td>
                  <Pill tone={tone(source)}>{source.state}</Pill>
                </td>
                <td className="number">
                  {source.newest ? <Moment at={Date.parse(source.newest)} /> : '–'}
                </td>
                <td className="number">
                  {source.lastSuccess ? <Ago at={Date.parse(source.lastSuccess)} /> : 'never'}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

function CompletenessTable(props: {
  readonly all: readonly Completeness[];
  readonly interval: string;
}): ReactNode {
  const received = props.all.filter((c) => c.received > 0);
  return (
    <Panel
      title="Completeness"
      unit={`received ${props.interval}; received = stored + known + lost`}
      span={7}
    >
      {received.length === 0 ? (
        <p className="sub">
          Nothing was received in this time. It counts when records came in, not when the traffic
          was.
        </p>
      ) : (
        <div className="rows">
          <table aria-label="Completeness">
            <thead>
              <tr>
                <th scope="col">source</th>
                <th scope="col" className="number">
                  received
                </th>
                <th scope="col" className="number">
                  stored
                </th>
                <th scope="col" className="number">
                  known
                </th>
                <th scope="col" className="number">
                  lost
                </th>
                <th scope="col" className="number">
                  complete
                </th>
              </tr>
            </thead>
            <tbody>
              {received.map((c) => {
                const lost = c.losses.reduce((sum, loss) => sum + loss.records, 0);
                return (
                  <tr key={c.source}>
                    <td>
                      {c.source}
                      {c.losses.map((loss) => (
                        <p key={loss.code} className="sub">
                          {exactNumber(loss.records)}: {loss.meaning}
                        </p>
                      ))}
                    </td>
                    <td className="number">
                      <Num value={c.received} unit="records" />
                    </td>
                    <td className="number">
                      <Num value={c.stored} unit="records" />
                    </td>
                    <td className="number">
                      <Num value={c.known} unit="records" />
                    </td>
                    <td className={`number${lost > 0 ? ' up' : ''}`}>
                      <Num value={lost} unit="records" />
                    </td>
                    <td className="number">{formatShare((c.received - lost) / c.received)}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}

function Stored(props: { readonly status: StatusAnswer }): ReactNode {
  const { tables, disk, reduction, retention } = props.status;
  const filled = tables.filter((t) => t.rows > 0);
  return (
    <Panel
      title="Stored"
      unit={`${formatBytes(disk.usedBytes)} used, ${formatBytes(disk.freeBytes)} free`}
      span={5}
    >
      {filled.length === 0 ? (
        <p className="sub">Nothing yet.</p>
      ) : (
        <div className="rows">
          <table aria-label="Tables">
            <thead>
              <tr>
                <th scope="col">table</th>
                <th scope="col" className="number">
                  rows
                </th>
                <th scope="col" className="number">
                  size
                </th>
                <th scope="col" className="number">
                  newest
                </th>
              </tr>
            </thead>
            <tbody>
              {filled.map((table) => (
                <tr key={table.name}>
                  <td>
                    <Link href={exploreHref(`${table.name}\n| take 100`)}>{table.name}</Link>
                  </td>
                  <td className="number">
                    <Num value={table.rows} unit="records" />
                  </td>
                  <td className="number" title={plural(table.segments, 'segment')}>
                    {formatBytes(table.sizeBytes)}
                  </td>
                  <td className="number">
                    {table.newest ? <Moment at={Date.parse(table.newest)} /> : '–'}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {reduction.upTo && (
        <p className="panel-foot">
          Reduced up to <Moment at={Date.parse(reduction.upTo)} />
        </p>
      )}
      {retention.slice(0, 3).map((r) => (
        <p key={`${r.at} ${r.table}`} className="panel-foot">
          {r.sentence} (<Ago at={Date.parse(r.at)} />)
        </p>
      ))}
    </Panel>
  );
}

function Quarantine(): ReactNode {
  const answer = useRoute('quarantine', { limit: 50 });
  const records = answer.data?.records ?? [];
  if (answer.error) return <Failed error={answer.error} onRetry={answer.retry} />;
  if (records.length === 0) return null;
  return (
    <Panel
      title="Quarantine"
      unit={`records that could not be read, newest ${formatCount(records.length)}`}
      span={12}
    >
      <div className="rows">
        <table aria-label="Quarantine">
          <thead>
            <tr>
              <th scope="col">when</th>
              <th scope="col">reason</th>
              <th scope="col">where</th>
              <th scope="col">record</th>
            </tr>
          </thead>
          <tbody>
            {records.map((r) => (
              <tr key={`${r.object} ${r.offset} ${r.at} ${r.code}`}>
                <td className="nowrap">
                  <Ago at={Date.parse(r.at)} />
                </td>
                <td>
                  {r.meaning} <span className="sub">{r.detail}</span>
                </td>
                <td className="break">
                  {r.object} <span className="sub">byte {exactNumber(r.offset)}</span>
                </td>
                <td className="mono break">{r.excerpt.slice(0, 160)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}
