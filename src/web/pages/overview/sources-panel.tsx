import type { ReactNode } from 'react';
import type { Completeness, SourceStatus, StatusAnswer } from '#core/contract/index.ts';
import { formatCount } from '#web/base/format.ts';
import { Link } from '#web/base/router.ts';
import { useSelection } from '#web/query/index.ts';
import { Ago, Dot, Loading, Panel, Pill, type Tone } from '#web/widgets/index.ts';

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
  if (source.state === 'late') return { tone: 'deny', word: 'late' };
  if (lost > 0) return { tone: 'deny', word: 'lost records' };
  if (source.state === 'running' || source.state === 'waiting')
    return { tone: 'ok', word: source.state };
  return { tone: 'plain', word: source.state };
}

interface Line {
  readonly name: string;
  readonly tone: Tone;
  readonly word: string;
  readonly newest: number | null;
  /** When something was last read of it, for those whose newest flow is not known. */
  readonly read: number | null;
  readonly lost: number;
  readonly error: string | undefined;
}

/** What is followed, the failed first, then what was loaded by hand. */
function linesOf(status: StatusAnswer): readonly Line[] {
  const followed = status.sources.map((source): Line => {
    const lost = lostBy(source.name, status.completeness);
    return {
      name: source.name,
      ...sourceTone(source, lost),
      newest: source.newest === null ? null : Date.parse(source.newest),
      read: source.lastSuccess === null ? null : Date.parse(source.lastSuccess),
      lost,
      error: source.lastError?.message,
    };
  });
  const known = new Set(followed.map((line) => line.name));
  const loaded = [...new Set(status.completeness.map((c) => c.source))]
    .filter((name) => !known.has(name))
    .map((name): Line => {
      const lost = lostBy(name, status.completeness);
      return {
        name,
        tone: lost > 0 ? 'deny' : 'plain',
        word: 'loaded',
        newest: null,
        read: null,
        lost,
        error: undefined,
      };
    });
  const rank = (line: Line) => (line.word === 'failed' ? 0 : line.lost > 0 ? 1 : 2);
  return [...followed, ...loaded].sort(
    (a, b) => rank(a) - rank(b) || (b.newest ?? 0) - (a.newest ?? 0),
  );
}

/** Where flows come from: how fresh, and how much of it was lost. */
export function SourcesPanel(props: { readonly status: StatusAnswer | undefined }): ReactNode {
  const { status } = props;
  const { search } = useSelection();
  const lines = status ? linesOf(status) : [];
  return (
    <Panel
      title="Sources"
      unit="newest flow, records lost"
      actions={<Link href={`/sources${search}`}>All</Link>}
    >
      {!status ? <Loading lines={4} /> : lines.length > 0 && <SourceLines lines={lines} />}
      {status && status.sources.length === 0 && (
        <p className="panel-foot">
          No source is followed: nothing new comes in by itself. Name a folder or an Azure container
          in the configuration, or <Link href={`/load${search}`}>load files</Link>.
        </p>
      )}
      {status?.duplicates.slice(0, 1).map((d) => (
        <p key={d.scope} className="panel-foot">
          <Pill tone="deny">logged twice</Pill> {d.sentence}
        </p>
      ))}
    </Panel>
  );
}

function SourceLines(props: { readonly lines: readonly Line[] }): ReactNode {
  const more = props.lines.length - MOST;
  return (
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
          {props.lines.slice(0, MOST).map((line) => (
            <tr key={line.name}>
              <td className="text" title={line.error ?? line.name}>
                <Dot tone={line.tone} label={line.word} /> {shortName(line.name)}{' '}
                {line.word === 'failed' && <Pill tone="bad">failed</Pill>}
                {line.word === 'loaded' && <span className="sub">loaded by hand</span>}
              </td>
              <td className="number">
                {line.newest !== null ? (
                  <Ago at={line.newest} />
                ) : line.read !== null ? (
                  <span className="sub">
                    read <Ago at={line.read} />
                  </span>
                ) : (
                  '–'
                )}
              </td>
              <td className={`number${line.lost > 0 ? ' up' : ''}`}>{formatCount(line.lost)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {more > 0 && <p className="panel-foot">{formatCount(more)} more on Sources</p>}
    </div>
  );
}

/** `folder:/srv/logs/PT1H.json` → `PT1H.json`; names that people gave stay. */
const shortName = (name: string): string =>
  /^\w+:\/./.test(name) ? (name.split('/').at(-1) ?? name) : name;
