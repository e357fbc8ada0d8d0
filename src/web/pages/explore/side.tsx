import { type ReactNode, useState } from 'react';
import type { SavedQuery } from '#core/contract/index.ts';
import { formatCount, formatDuration, plural } from '#web/base/format.ts';
import { kqlName } from '#web/base/kql.ts';
import { formatUtc } from '#web/base/time-text.ts';
import { useChange, useRoute } from '#web/query/index.ts';
import {
  Ago,
  Button,
  Empty,
  Failed,
  Icon,
  IconButton,
  Loading,
  Menu,
  MenuItem,
  say,
  Tabs,
} from '#web/widgets/index.ts';

const VIEWS = [
  { value: 'tables', text: 'Tables' },
  { value: 'saved', text: 'Saved' },
  { value: 'history', text: 'History' },
] as const;

interface SideProps {
  readonly onInsert: (text: string) => void;
  readonly onOpen: (query: string) => void;
}

/** Tables and columns, saved queries and history beside the editor. */
export function Side(props: SideProps): ReactNode {
  const [view, setView] = useState<(typeof VIEWS)[number]['value']>('tables');
  return (
    <aside className="side" aria-label="Tables and queries">
      <Tabs label="Beside the editor" choices={VIEWS} value={view} onChange={setView} />
      {view === 'tables' && <Tables onInsert={props.onInsert} />}
      {view === 'saved' && <Saved onOpen={props.onOpen} />}
      {view === 'history' && <History onOpen={props.onOpen} />}
    </aside>
  );
}

function Tables(props: { readonly onInsert: (text: string) => void }): ReactNode {
  const schema = useRoute('schema', {});
  const status = useRoute('status', {});
  const [typed, setTyped] = useState('');
  if (schema.error) return <Failed error={schema.error} onRetry={schema.retry} />;
  if (!schema.data) return <Loading lines={8} />;
  const rows = new Map(status.data?.tables.map((t) => [t.name, t.rows]));
  const wanted = typed.toLowerCase();
  const tables = schema.data.tables
    .map((table) => {
      const isNamed = table.name.toLowerCase().includes(wanted);
      return {
        ...table,
        found: isNamed
          ? table.columns
          : table.columns.filter((c) => c.name.toLowerCase().includes(wanted)),
      };
    })
    .filter((table) => table.found.length > 0);
  return (
    <>
      <input
        className="input"
        type="search"
        placeholder="Find a table or column"
        aria-label="Find a table or column"
        value={typed}
        onChange={(e) => setTyped(e.target.value)}
      />
      <div className="side-list">
        {tables.map((table) => (
          <details
            key={table.name}
            className={`side-table${rows.get(table.name) === 0 ? ' hollow' : ''}`}
            open={wanted !== '' && tables.length <= 6 ? true : undefined}
          >
            <summary title={table.row}>
              <Icon name="right" size={12} />
              <span className="side-name">{table.name}</span>
              {rows.has(table.name) && (
                <span className="sub">{formatCount(rows.get(table.name) ?? 0)}</span>
              )}
              <IconButton
                icon="plus"
                label={`Insert ${table.name}`}
                onClick={() => props.onInsert(table.name)}
              />
            </summary>
            <p className="side-row sub">{table.row}</p>
            <ul>
              {table.found.map((column) => (
                <li key={column.name}>
                  <button
                    type="button"
                    title={`${column.meaning}${column.unit === 'none' ? '' : `\nUnit: ${column.unit}`}\nClick to insert`}
                    onClick={() => props.onInsert(kqlName(column.name))}
                  >
                    <span className="side-name">{column.name}</span>
                    <span className="sub">{column.type}</span>
                  </button>
                </li>
              ))}
            </ul>
          </details>
        ))}
        {tables.length === 0 && <p className="sub">No table and no column is called so.</p>}
      </div>
    </>
  );
}

function Saved(props: { readonly onOpen: (query: string) => void }): ReactNode {
  const saved = useRoute('savedQueries', {});
  const me = useRoute('me', {});
  const remove = useChange('deleteQuery', ['savedQueries']);
  if (saved.error) return <Failed error={saved.error} onRetry={saved.retry} />;
  if (!saved.data) return <Loading lines={4} />;
  if (saved.data.queries.length === 0)
    return (
      <Empty title="No saved queries yet.">
        <p>Write a query and press Save: it appears here for everybody who logs in.</p>
      </Empty>
    );
  const isOwn = (query: SavedQuery) =>
    me.data !== undefined && (query.owner === me.data.name || me.data.role === 'admin');
  const erase = (query: SavedQuery) =>
    remove.mutate(
      { id: query.id },
      { onSuccess: () => say(`${query.name} deleted`), onError: (error) => say(error.message) },
    );
  return (
    <ul className="side-list">
      {saved.data.queries.map((query) => (
        <li key={query.id} className="side-query">
          <button
            type="button"
            title={`${query.query}\n\nBy ${query.owner}, changed ${formatUtc(Date.parse(query.changedAt))}`}
            onClick={() => props.onOpen(query.query)}
          >
            <b>{query.name}</b>
            <span className="sub">{query.description || query.query.split('\n')[0]}</span>
            <span className="sub">by {query.owner}</span>
          </button>
          {isOwn(query) && (
            <Menu
              label={`Delete ${query.name}`}
              text={<Icon name="trash" />}
              look="icon-button"
              hasArrow={false}
            >
              {(close) => (
                <MenuItem
                  onSelect={() => {
                    close();
                    erase(query);
                  }}
                >
                  Delete {query.name} for everybody
                </MenuItem>
              )}
            </Menu>
          )}
        </li>
      ))}
    </ul>
  );
}

const OUTCOMES = { done: '', failed: 'failed', cancelled: 'cancelled' } as const;

function History(props: { readonly onOpen: (query: string) => void }): ReactNode {
  const past = useRoute('queryHistory', {});
  const clear = useChange('clearHistory', ['queryHistory']);
  if (past.error) return <Failed error={past.error} onRetry={past.retry} />;
  if (!past.data) return <Loading lines={4} />;
  if (past.data.queries.length === 0)
    return (
      <Empty title="Nothing run yet.">
        <p>What you run is kept here with how long it took, for you alone.</p>
      </Empty>
    );
  return (
    <>
      <ul className="side-list">
        {past.data.queries.map((entry) => (
          <li key={entry.id} className="side-query">
            <button
              type="button"
              title={`${entry.query}\n\nClick to run it again`}
              onClick={() => props.onOpen(entry.query)}
            >
              <code className="mono">{entry.query.split('\n').slice(0, 3).join(' ')}</code>
              <span className="sub">
                <Ago at={Date.parse(entry.at)} /> · {formatDuration(entry.elapsedMs)}
                {' · '}
                {entry.rows === null ? OUTCOMES[entry.outcome] : plural(entry.rows, 'row')}
              </span>
            </button>
          </li>
        ))}
      </ul>
      <Button look="quiet" icon="trash" onClick={() => clear.mutate({})}>
        Forget all
      </Button>
    </>
  );
}
