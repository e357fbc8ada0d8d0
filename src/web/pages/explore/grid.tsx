// biome-ignore-all lint/a11y/useSemanticElements: a table of thousands of rows exists only where it is looked at
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus and names the cell in use
// biome-ignore-all lint/suspicious/noArrayIndexKey: columns keep their places, and names may repeat
import { type KeyboardEvent, type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import type { QueryResult, ResultColumn } from '#core/contract/index.ts';
import type { Row } from '#web/query/index.ts';
import { copyText, Icon, useVirtualizer } from '#web/widgets/index.ts';
import { CellDetail } from './cell-detail.tsx';
import { CellView, cellHover, cellText, isMono, isRight } from './cells.tsx';
import { compareCells } from './column-facts.ts';
import { ColumnFactsCard } from './column-facts-card.tsx';

interface GridProps {
  readonly result: Pick<QueryResult, 'columns' | 'rows'>;
  readonly isExact: boolean;
}

interface Sorting {
  readonly column: number;
  readonly isDown: boolean;
}

interface Place {
  readonly row: number;
  readonly column: number;
}

const ROW_PX = 25;
const CHARACTER_PX = 7.4;
const NARROWEST_PX = 72;
const WIDEST_PX = 380;
const SAMPLE_ROWS = 120;

/** Wide enough for most of what a column shows. */
function widthOf(
  column: ResultColumn,
  index: number,
  rows: readonly Row[],
  isExact: boolean,
): number {
  let longest = column.name.length + 3;
  for (const row of rows.slice(0, SAMPLE_ROWS))
    longest = Math.max(longest, cellText(row[index], column, isExact).length);
  return Math.round(Math.min(WIDEST_PX, Math.max(NARROWEST_PX, longest * CHARACTER_PX + 22)));
}

/** The rows of a result; only those in sight exist in the page. */
export function Grid({ result, isExact }: GridProps): ReactNode {
  const { columns, rows } = result;
  const frame = useRef<HTMLDivElement>(null);
  const [sorting, setSorting] = useState<Sorting>();
  const [place, setPlace] = useState<Place>({ row: 0, column: 0 });
  const [shown, setShown] = useState<Place>();
  const [facts, setFacts] = useState<{ readonly column: number; readonly left: number }>();
  const widths = useMemo(
    () => columns.map((c, i) => widthOf(c, i, rows, isExact)),
    [columns, rows, isExact],
  );
  const sorted = useMemo(() => {
    if (!sorting) return rows;
    const sign = sorting.isDown ? -1 : 1;
    return [...rows].sort((a, b) => sign * compareCells(a[sorting.column], b[sorting.column]));
  }, [rows, sorting]);
  const virtual = useVirtualizer({
    count: sorted.length,
    getScrollElement: () => frame.current,
    estimateSize: () => ROW_PX,
    overscan: 20,
    scrollPaddingStart: 30,
  });

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new result begins at its top, unsorted
  useEffect(() => {
    setSorting(undefined);
    setPlace({ row: 0, column: 0 });
    frame.current?.scrollTo({ top: 0, left: 0 });
  }, [result]);

  const moveTo = (row: number, column: number) => {
    const next = {
      row: Math.max(0, Math.min(sorted.length - 1, row)),
      column: Math.max(0, Math.min(columns.length - 1, column)),
    };
    setPlace(next);
    virtual.scrollToIndex(next.row);
    const box = frame.current;
    const left = widths.slice(0, next.column).reduce((sum, w) => sum + w, 0);
    const right = left + (widths[next.column] ?? 0);
    if (box && left < box.scrollLeft) box.scrollLeft = left;
    else if (box && right > box.scrollLeft + box.clientWidth)
      box.scrollLeft = right - box.clientWidth;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const { row, column } = place;
    const page = Math.floor((frame.current?.clientHeight ?? 300) / ROW_PX) - 2;
    const targets: Record<string, readonly [number, number]> = {
      ArrowDown: [row + 1, column],
      ArrowUp: [row - 1, column],
      ArrowRight: [row, column + 1],
      ArrowLeft: [row, column - 1],
      PageDown: [row + page, column],
      PageUp: [row - page, column],
      Home: event.ctrlKey ? [0, 0] : [row, 0],
      End: event.ctrlKey ? [sorted.length - 1, columns.length - 1] : [row, columns.length - 1],
    };
    const target = targets[event.key];
    if (target) moveTo(...target);
    else if (event.key === 'Enter') setShown(place);
    else if (event.key === 'c' && (event.ctrlKey || event.metaKey)) {
      const column_ = columns[column];
      if (column_) void copyText(cellText(sorted[row]?.[column], column_, true), 'Cell');
    } else return;
    event.preventDefault();
  };

  const total = widths.reduce((sum, w) => sum + w, 0);
  const shownColumn = shown ? columns[shown.column] : undefined;
  return (
    <div className="grid-frame">
      <div
        ref={frame}
        className="grid"
        role="grid"
        aria-label="Rows of the result"
        aria-rowcount={sorted.length + 1}
        aria-colcount={columns.length}
        aria-activedescendant={`cell-${place.row}-${place.column}`}
        tabIndex={0}
        onKeyDown={onKeyDown}
        onScroll={() => setFacts(undefined)}
      >
        <div className="grid-head" role="row" style={{ width: total }}>
          {columns.map((column, i) => (
            <div
              key={`${i} ${column.name}`}
              role="columnheader"
              aria-sort={
                sorting?.column === i ? (sorting.isDown ? 'descending' : 'ascending') : 'none'
              }
              className={isRight(column) ? 'right' : ''}
              style={{ width: widths[i] }}
              onMouseEnter={(event) =>
                setFacts({
                  column: i,
                  left: event.currentTarget.offsetLeft - (frame.current?.scrollLeft ?? 0),
                })
              }
              onMouseLeave={() => setFacts(undefined)}
            >
              <button
                type="button"
                tabIndex={-1}
                title={`${column.type}. Click to sort.`}
                onClick={() =>
                  setSorting(
                    sorting?.column !== i
                      ? { column: i, isDown: false }
                      : sorting.isDown
                        ? undefined
                        : { column: i, isDown: true },
                  )
                }
              >
                {column.name}
                {sorting?.column === i && (
                  <span className={sorting.isDown ? '' : 'turned'}>
                    <Icon name="down" size={11} />
                  </span>
                )}
              </button>
            </div>
          ))}
        </div>
        <div
          style={{
            height: virtual.getTotalSize(),
            width: total,
            minWidth: '100%',
            position: 'relative',
          }}
        >
          {virtual.getVirtualItems().map((item) => (
            <GridRow
              key={item.key}
              index={item.index}
              top={item.start}
              row={sorted[item.index] ?? []}
              columns={columns}
              widths={widths}
              isExact={isExact}
              current={place.row === item.index ? place.column : undefined}
              onPlace={(column) => setPlace({ row: item.index, column })}
              onShow={(column) => setShown({ row: item.index, column })}
            />
          ))}
        </div>
      </div>
      {facts && columns[facts.column] && (
        <ColumnFactsCard
          rows={rows}
          index={facts.column}
          column={columns[facts.column]!}
          left={facts.left}
          isExact={isExact}
        />
      )}
      {shown && shownColumn && (
        <CellDetail
          cell={sorted[shown.row]?.[shown.column]}
          column={shownColumn}
          row={sorted[shown.row] ?? []}
          columns={columns}
          onClose={() => setShown(undefined)}
        />
      )}
    </div>
  );
}

function GridRow(props: {
  readonly index: number;
  readonly top: number;
  readonly row: Row;
  readonly columns: readonly ResultColumn[];
  readonly widths: readonly number[];
  readonly isExact: boolean;
  readonly current: number | undefined;
  readonly onPlace: (column: number) => void;
  readonly onShow: (column: number) => void;
}): ReactNode {
  return (
    <div
      role="row"
      aria-rowindex={props.index + 2}
      className="grid-row"
      style={{ transform: `translateY(${props.top}px)` }}
    >
      {props.columns.map((column, i) => (
        <div
          key={`${i} ${column.name}`}
          id={`cell-${props.index}-${i}`}
          role="gridcell"
          className={`${isRight(column) ? 'right' : ''}${isMono(column) ? ' mono' : ''}${props.current === i ? ' current' : ''}`}
          style={{ width: props.widths[i] }}
          title={cellHover(props.row[i], column)}
          onMouseDown={() => props.onPlace(i)}
          onDoubleClick={() => props.onShow(i)}
        >
          <CellView cell={props.row[i]} column={column} isExact={props.isExact} />
        </div>
      ))}
    </div>
  );
}
