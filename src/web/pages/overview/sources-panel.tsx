import type { ReactNode } from 'react';
import type { Completeness, SourceStatus, StatusAnswer } from '#core/contract/index.ts';
import { formatCount } from '#web/base/format.ts';
import { Link } from '#web/base/router.ts';
import { useSelection } from '#web/query/index.ts';
import { Ago, Dot, Empty, Loading, Panel, Pill, type Tone } from '#web/widgets/index.ts';

const MOST = 7;

const lostBy = (name: string, all: readonly Completeness[]): number =>
  all
    .filter((c) => c.source === name)
    .reduce((sum, c) => sum + c.losses.reduce((n, loss) => n + loss.records, 0), 0);

export function sourceTone(
  source: SourceStatus,
  lost: number,
): { readonly tone: Tone; readonly word: string } {
  if (source.state === 'failed') return { tone: 'bad', word: 'failed' };
  if (lost > 0) return { tone: 'deny', word: 'lost records' };
  if (source.state === 'running' || source.state === 'waiting')
    return { tone: 'ok', word: source.state };
  return { tone: 'plain', word: source.state };
}

/** Where flows come from: how fresh, and how much of it was lost. */
export function SourcesPanel(props: { readonly status: StatusAnswer | undefined }): ReactNode {
  const { status } = props;
  const { search } = useSelection();
  const sources = [...(status?.sources ?? [])].sort((a, b) =>
    a.state === 'failed'
      ? -1
      : b.state === 'failed'
        ? 1
        : (a.freshnessSeconds ?? 1e12) - (b.freshnessSeconds ?? 1e12),
  );
  return (
    <Panel
      title="Sources"
      unit="newest flow, records lost"
      actions={<Link href={`/sources${search}`}>All</Link>}
    >
      {!status ? (
        <Loading lines={4} />
      ) : sources.length === 0 ? (
        <Empty title="No source is followed.">
          <p>
            What is in Weir was loaded by hand. To follow a folder or an Azure container, name it in
            the configuration; to add more, <Link href={`/load${search}`}>load files</Link>.
          </p>
        </Empty>
      ) : (
        <div className="rows">
          <table aria-label="Sources">
            <thead>
              <tr>
                <th scope="col" className="text">
                  source
                </th>
                <th scope="col" className="number">
                  newest
                </th>
                <th scope="col" className="number">
                  lost
                </th>
              </tr>
            </thead>
            <tbody>
              {sources.slice(0, MOST).map((source) => {
                const lost = lostBy(source.name, status.completeness);
                const { tone, word } = sourceTone(source, lost);
                return (
                  <tr key={`${source.kind} ${source.name}`}>
                    <td className="text" title={source.lastError?.message ?? source.name}>
                      <Dot tone={tone} label={word} /> {source.name}{' '}
                      {source.state === 'failed' && <Pill tone="bad">failed</Pill>}
                    </td>
                    <td className="number">
                      {source.newest ? <Ago at={Date.parse(source.newest)} /> : '–'}
                    </td>
                    <td className={`number${lost > 0 ? ' up' : ''}`}>{formatCount(lost)}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
          {sources.length > MOST && (
            <p className="panel-foot">{formatCount(sources.length - MOST)} more on Sources</p>
          )}
        </div>
      )}
      {status?.duplicates.slice(0, 1).map((d) => (
        <p key={d.scope} className="panel-foot">
          <Pill tone="deny">logged twice</Pill> {d.sentence}
        </p>
      ))}
    </Panel>
  );
}
