import { type KeyboardEvent, type ReactNode, useRef, useState } from 'react';
import { Failed, type Failure, Loading } from './message.tsx';
import { Panel } from './panel.tsx';

export interface RowColumn<R> {
  readonly head: string;
  /** `text` is cut to one line, `words` wrap; of `bar` and `actions` the head is for those who listen. */
  readonly kind?: 'text' | 'words' | 'number' | 'bar' | 'address' | 'pair' | 'row-actions';
  readonly render: (row: R) => ReactNode;
}

interface RowsProps<R> {
  readonly label: string;
  readonly columns: readonly RowColumn<R>[];
  readonly rows: readonly R[];
  readonly keyOf: (row: R) => string;
  /** What choosing a row does, said on hover; with the command key or the middle button `isAside` is true. */
  readonly onChoose?: ((row: R, isAside: boolean) => void) | undefined;
  readonly choosing?: string;
}

/**
 * A short table. When rows can be chosen, one row at a time takes part in the order of Tab, the arrow keys, Home and End
 * move between rows, and Enter chooses.
 */
export function Rows<R>({
  label,
  columns,
  rows,
  keyOf,
  onChoose,
  choosing,
}: RowsProps<R>): ReactNode {
  const [current, setCurrent] = useState(0);
  const body = useRef<HTMLTableSectionElement>(null);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter') {
      const row = rows[current];
      if (row !== undefined) onChoose?.(row, event.metaKey || event.ctrlKey);
      return;
    }
    const next = { ArrowDown: current + 1, ArrowUp: current - 1, Home: 0, End: rows.length - 1 }[
      event.key
    ];
    if (next === undefined) return;
    event.preventDefault();
    const at = Math.max(0, Math.min(rows.length - 1, next));
    setCurrent(at);
    body.current?.querySelectorAll<HTMLElement>('tr')[at]?.focus();
  };

  return (
    <div className="rows">
      <table aria-label={label}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.head || column.kind} scope="col" className={column.kind ?? 'text'}>
                {column.kind === 'bar' || column.kind === 'row-actions' ? (
                  <span className="visually-hidden">{column.head || 'share'}</span>
                ) : (
                  column.head
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody ref={body} onKeyDown={onChoose ? onKeyDown : undefined}>
          {rows.map((row, i) => (
            <tr
              key={keyOf(row)}
              {...(onChoose
                ? {
                    className: 'choosable',
                    tabIndex: i === Math.min(current, rows.length - 1) ? 0 : -1,
                    title: choosing,
                    onFocus: () => setCurrent(i),
                    onClick: (event) => onChoose(row, event.metaKey || event.ctrlKey),
                    onAuxClick: (event) => event.button === 1 && onChoose(row, true),
                  }
                : {})}
            >
              {columns.map((column) => (
                <td
                  key={column.head || column.kind}
                  className={column.kind ?? 'text'}
                  data-head={column.head}
                >
                  {column.render(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface ListingProps<R> extends Omit<RowsProps<R>, 'rows' | 'label'> {
  readonly title: string;
  readonly unit?: ReactNode;
  readonly span?: 5 | 7 | 12;
  readonly actions?: ReactNode;
  readonly footer?: ReactNode;
  /** Undefined while they are on their way. */
  readonly rows: readonly R[] | undefined;
  readonly error?: Failure | null | undefined;
  readonly onRetry?: () => void;
  /** Why there are none, and what to do about it. */
  readonly empty: ReactNode;
}

/** A panel that is one list: its shape while it comes, what went wrong, why it is empty, or its rows. */
export function Listing<R>(props: ListingProps<R>): ReactNode {
  const { title, unit, span = 12, actions, footer, rows, error, onRetry, empty, ...rest } = props;
  const body = () => {
    if (error && !rows) return <Failed error={error} {...(onRetry ? { onRetry } : {})} />;
    if (!rows) return <Loading lines={3} />;
    return rows.length === 0 ? empty : <Rows {...rest} label={title} rows={rows} />;
  };
  return (
    <Panel title={title} unit={unit} span={span} actions={actions} footer={footer}>
      <div className="folds">{body()}</div>
    </Panel>
  );
}
