// biome-ignore-all lint/suspicious/noArrayIndexKey: columns keep their places, and names may repeat
// biome-ignore-all lint/a11y/useSemanticElements: a table of thousands of rows exists only where it is looked at
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus and names the cell in use
// biome-ignore-all lint/a11y/noStaticElementInteractions: the edge of a column is for the pointer; Alt and an arrow do the same
import {
  type KeyboardEvent,
  type ReactNode,
  useCallback,
  useId,
  useMemo,
  useRef,
  useState,
} from 'react';
import type { QueryResult } from '#core/contract/index.ts';
import { copyText, Icon } from '#web/widgets/index.ts';
import { CellDetail } from './cell-detail.tsx';
import { CellMenu } from './cell-menu.tsx';
import { cellText, isRight } from './cells.tsx';
import { ColumnFactsCard } from './column-facts-card.tsx';
import { useColumnWidths } from './column-widths.ts';
import { GridRow } from './grid-row.tsx';
import { scrollTo, useScrolled, windowOf } from './row-window.ts';
import { sortRows } from './sort-rows.ts';

interface GridProps {
  readonly result: Pick<QueryResult, 'columns' | 'rows'>;
  readonly isExact: boolean;
  /** Adds an operator to the query. */
  readonly onAdd: (operator: string) => void;
}

interface Place {
  readonly row: number;
  readonly column: number;
}

const ROW_PX = 25;
const HEAD_PX = 30;
const STEP_PX = 24;

/** The rows of a result; only those in sight exist in the page. Mounted anew for each result. */
export function Grid({ result, isExact, onAdd }: GridProps): ReactNode {
  const { columns, rows } = result;
  const hint = useId();
  const frame = useRef<HTMLDivElement>(null);
  const [sorting, setSorting] = useState<{ readonly column: number; readonly isDown: boolean }>();
  const [place, setPlace] = useState<Place>({ row: 0, column: 0 });
  const [shown, setShown] = useState<Place>();
  const [menu, setMenu] = useState<Place & { readonly x: number; readonly y: number }>();
  const [facts, setFacts] = useState<{ readonly column: number; readonly left: number }>();
  const columnWidths = useColumnWidths(columns, rows, isExact);
  const { widths } = columnWidths;
  const sorted = useMemo(
    () => (sorting ? sortRows(rows, sorting.column, sorting.isDown) : rows),
    [rows, sorting],
  );
  const { scroll, height } = useScrolled(frame);
  const view = height - HEAD_PX;
  const shownRows = windowOf(sorted.length, ROW_PX, view, scroll);

  const onPlace = useCallback((row: number, column: number) => setPlace({ row, column }), []);
  const onShow = useCallback((row: number, column: number) => setShown({ row, column }), []);
  const onMenu = useCallback(
    (row: number, column: number, x: number, y: number) => setMenu({ row, column, x, y }),
    [],
  );
  const sortBy = (column: number) =>
    setSorting(
      sorting?.column !== column
        ? { column, isDown: false }
        : sorting.isDown
          ? undefined
          : { column, isDown: true },
    );

  const moveTo = (row: number, column: number) => {
    const next = {
      row: Math.max(0, Math.min(sorted.length - 1, row)),
      column: Math.max(0, Math.min(columns.length - 1, column)),
    };
    setPlace(next);
    const box = frame.current;
    if (!box) return;
    box.scrollTop = scrollTo(next.row, sorted.length, ROW_PX, view, box.scrollTop);
    const left = widths.slice(0, next.column).reduce((sum, w) => sum + w, 0);
    const right = left + (widths[next.column] ?? 0);
    if (left < box.scrollLeft) box.scrollLeft = left;
    else if (right > box.scrollLeft + box.clientWidth) box.scrollLeft = right - box.clientWidth;
  };
  const menuAtPlace = () => {
    const cell = document.getElementById(`cell-${place.row}-${place.column}`);
    const box = cell?.getBoundingClientRect();
    if (box) setMenu({ ...place, x: box.left, y: box.bottom });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== frame.current) return;
    const { row, column } = place;
    const page = Math.max(1, Math.floor(view / ROW_PX) - 1);
    const isCommand = event.ctrlKey || event.metaKey;
    const targets: Record<string, readonly [number, number]> = {
      ArrowDown: [row + 1, column],
      ArrowUp: [row - 1, column],
      ArrowRight: [row, column + 1],
      ArrowLeft: [row, column - 1],
      PageDown: [row + page, column],
      PageUp: [row - page, column],
      Home: isCommand ? [0, 0] : [row, 0],
      End: isCommand ? [sorted.length - 1, columns.length - 1] : [row, columns.length - 1],
    };
    const target = targets[event.key];
    if (event.altKey && event.key === 'ArrowRight') columnWidths.widen(column, STEP_PX);
    else if (event.altKey && event.key === 'ArrowLeft') columnWidths.widen(column, -STEP_PX);
    else if (target && !event.altKey) moveTo(...target);
    else if (event.key === 'Enter') setShown(place);
    else if (event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) menuAtPlace();
    else if (event.key === 's' && !isCommand && !event.altKey) sortBy(column);
    else if (event.key === 'c' && isCommand) {
      const current = columns[column];
      if (current) void copyText(cellText(sorted[row]?.[column], current, true), 'Cell');
    } else return;
    event.preventDefault();
  };

  const total = widths.reduce((sum, w) => sum + w, 0);
  const shownColumn = shown && columns[shown.column];
  const menuColumn = menu && columns[menu.column];
  const factsColumn = facts && columns[facts.column];
  return (
    <div className="grid-frame">
      <p id={hint} className="visually-hidden">
        Arrow keys move, Enter shows a cell in full, the menu key or Shift F10 filters by it, S
        sorts by its column, Alt and an arrow key make the column wider or narrower.
      </p>
      <div
        ref={frame}
        className="grid"
        role="grid"
        aria-label="Rows of the result"
        aria-describedby={hint}
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
                columnWidths.isDragging() ||
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
                onClick={() => sortBy(i)}
              >
                {column.name}
                {sorting?.column === i && (
                  <span className={sorting.isDown ? '' : 'turned'}>
                    <Icon name="down" size={11} />
                  </span>
                )}
              </button>
              <span
                className="grid-edge"
                title="Drag to resize, double-click to fit"
                {...columnWidths.drag(i)}
                onMouseEnter={() => setFacts(undefined)}
                onDoubleClick={() => columnWidths.fit(i)}
              />
            </div>
          ))}
        </div>
        <div className="grid-rows" style={{ height: shownRows.height, width: total }}>
          {sorted.slice(shownRows.first, shownRows.end).map((row, i) => {
            const index = shownRows.first + i;
            return (
              <GridRow
                key={index}
                index={index}
                top={Math.round(shownRows.top + i * ROW_PX)}
                row={row}
                columns={columns}
                widths={widths}
                isExact={isExact}
                current={place.row === index ? place.column : undefined}
                onPlace={onPlace}
                onShow={onShow}
                onMenu={onMenu}
              />
            );
          })}
        </div>
      </div>
      {factsColumn && (
        <ColumnFactsCard
          rows={rows}
          index={facts.column}
          column={factsColumn}
          left={facts.left}
          isExact={isExact}
        />
      )}
      {menu && menuColumn && (
        <CellMenu
          x={menu.x}
          y={menu.y}
          cell={sorted[menu.row]?.[menu.column]}
          column={menuColumn}
          row={sorted[menu.row] ?? []}
          columns={columns}
          onAdd={onAdd}
          onShow={() => setShown(menu)}
          onClose={() => setMenu(undefined)}
        />
      )}
      {shown && shownColumn && (
        <CellDetail
          cell={sorted[shown.row]?.[shown.column]}
          column={shownColumn}
          row={sorted[shown.row] ?? []}
          columns={columns}
          onAdd={onAdd}
          onClose={() => setShown(undefined)}
        />
      )}
    </div>
  );
}
