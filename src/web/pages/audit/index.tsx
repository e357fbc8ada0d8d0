import './audit.css';
import { type ReactNode, useState } from 'react';
import { type AuditEntry, type AuditVerdict, ROUTES } from '#core/contract/index.ts';
import { exactNumber } from '#web/base/format.ts';
import { formatInterval } from '#web/base/time-text.ts';
import { useRoute, useScope } from '#web/query/index.ts';
import {
  Button,
  copyText,
  Empty,
  Failed,
  Loading,
  Moment,
  Note,
  Panel,
  Pill,
  type Tone,
} from '#web/widgets/index.ts';

const PAGE = 100;
const TONES: Readonly<Record<AuditEntry['outcome'], Tone>> = {
  done: 'plain',
  refused: 'deny',
  failed: 'bad',
};
const ACTIONS = Object.entries(ROUTES)
  .filter(([, route]) => !('audit' in route) || route.audit !== 'none')
  .map(([id]) => id)
  .sort();

/** Who did what, when, from where; and whether the log is as it was written. */
export default function Audit(): ReactNode {
  const { interval, isOpen } = useScope();
  const users = useRoute('users', {});
  const [who, setWho] = useState('');
  const [action, setAction] = useState('');
  /** Where each page begins, the one on view last. */
  const [pages, setPages] = useState<readonly number[]>([]);
  const before = pages.at(-1);
  const answer = useRoute('audit', {
    from: new Date(interval.from).toISOString(),
    ...(isOpen ? {} : { to: new Date(interval.to).toISOString() }),
    limit: PAGE,
    ...(before === undefined ? {} : { before }),
    ...(who.trim() === '' ? {} : { who: who.trim() }),
    ...(action.trim() === '' ? {} : { action: action.trim() }),
  });
  const entries = answer.data?.entries;
  const oldest = entries?.at(-1)?.seq;
  const isFiltered = who.trim() !== '' || action.trim() !== '';
  return (
    <div className="page">
      <h1 className="visually-hidden">Audit log</h1>
      <Verdict />
      <Panel
        title="Audit log"
        unit={formatInterval(interval)}
        span={12}
        footer={
          (pages.length > 0 || entries?.length === PAGE) && (
            <span className="pager">
              <Button disabled={pages.length === 0} onClick={() => setPages(pages.slice(0, -1))}>
                Newer
              </Button>
              <Button
                disabled={entries?.length !== PAGE || oldest === undefined}
                onClick={() => oldest !== undefined && setPages([...pages, oldest])}
              >
                Older
              </Button>
            </span>
          )
        }
      >
        <search className="audit-filters">
          <label>
            Who{' '}
            <input
              className="input"
              type="search"
              list="audit-who"
              placeholder="anybody"
              value={who}
              onChange={(e) => {
                setWho(e.target.value);
                setPages([]);
              }}
            />
          </label>
          <datalist id="audit-who">
            {users.data?.users.map((user) => (
              <option key={user.name} value={user.name} />
            ))}
          </datalist>
          <label>
            Action{' '}
            <input
              className="input"
              type="search"
              list="audit-action"
              placeholder="any"
              value={action}
              onChange={(e) => {
                setAction(e.target.value);
                setPages([]);
              }}
            />
          </label>
          <datalist id="audit-action">
            {ACTIONS.map((name) => (
              <option key={name} value={name} />
            ))}
          </datalist>
        </search>
        {answer.error ? (
          <Failed error={answer.error} onRetry={answer.retry} />
        ) : !entries ? (
          <Loading lines={8} />
        ) : entries.length === 0 ? (
          <Empty
            title={
              isFiltered
                ? 'No entry of this time has exactly this person and action.'
                : 'Nothing was written down in this time.'
            }
          >
            <p>Choose a longer time above{isFiltered ? ', or clear the filters' : ''}.</p>
          </Empty>
        ) : (
          <Entries entries={entries} />
        )}
      </Panel>
    </div>
  );
}

function Entries(props: { readonly entries: readonly AuditEntry[] }): ReactNode {
  return (
    <div className="rows audit">
      <table aria-label="Audit log">
        <thead>
          <tr>
            <th scope="col" className="number">
              no.
            </th>
            <th scope="col">when</th>
            <th scope="col">who</th>
            <th scope="col">from</th>
            <th scope="col">action</th>
            <th scope="col">with</th>
          </tr>
        </thead>
        <tbody>
          {props.entries.map((entry) => (
            <tr key={entry.seq}>
              <td className="number">{entry.seq}</td>
              <td className="nowrap">
                <Moment at={Date.parse(entry.at)} />
              </td>
              <td>{entry.who || <span className="sub">nobody logged in</span>}</td>
              <td className="mono">{entry.from}</td>
              <td className="nowrap">
                {entry.action}{' '}
                {entry.outcome !== 'done' && (
                  <Pill tone={TONES[entry.outcome]}>{entry.outcome}</Pill>
                )}
              </td>
              <td>
                <Detail entry={entry} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const show = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value);

function Detail(props: { readonly entry: AuditEntry }): ReactNode {
  const parts = Object.entries(props.entry.detail);
  if (parts.length === 0) return <span className="sub">–</span>;
  return (
    <details>
      <summary>
        {parts.map(([name, value]) => (
          <span key={name}>
            <span className="sub">{name}</span> {show(value)
              .replaceAll(/\s+/g, ' ')
              .slice(0, 120)}{' '}
          </span>
        ))}
      </summary>
      <pre className="mono">
        {parts.map(([name, value]) => `${name}: ${show(value)}`).join('\n')}
        {`\nhash: ${props.entry.hash}`}
      </pre>
    </details>
  );
}

function Verdict(): ReactNode {
  const verdict = useRoute('auditVerdict', {});
  const again = (
    <Button look="quiet" disabled={verdict.isFetching} onClick={verdict.retry}>
      {verdict.isFetching ? 'Checking …' : 'Check again'}
    </Button>
  );
  if (verdict.error) return <Failed error={verdict.error} onRetry={verdict.retry} />;
  if (!verdict.data) return <Loading lines={1} says="Recomputing the chain of hashes" />;
  return (
    <Note tone={verdict.data.ok ? 'ok' : 'bad'}>
      <div className="verdict">
        {verdict.data.ok ? <Holds verdict={verdict.data} /> : <Broken verdict={verdict.data} />}
        {again}
      </div>
    </Note>
  );
}

function Holds(props: { readonly verdict: Extract<AuditVerdict, { ok: true }> }): ReactNode {
  const { entries, head } = props.verdict;
  return (
    <p>
      <b>The chain of hashes holds</b> over all {exactNumber(entries)} entries: none was changed,
      left out or cut off.{' '}
      {head !== '' && (
        <span className="sub">
          Last hash{' '}
          <button
            type="button"
            className="link mono"
            title={`${head}\nClick to copy. Noted elsewhere, it proves later that nothing before it was rewritten.`}
            onClick={() => void copyText(head, 'Hash')}
          >
            {head.slice(0, 12)}…
          </button>
        </span>
      )}
    </p>
  );
}

function Broken(props: { readonly verdict: Extract<AuditVerdict, { ok: false }> }): ReactNode {
  return (
    <p>
      <b>The audit log is not as it was written:</b> {props.verdict.problem}. Keep a copy of the
      data folder as it is, and find out who could write to it.
    </p>
  );
}
