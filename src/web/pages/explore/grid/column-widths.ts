import { type PointerEvent, useMemo, useRef, useState } from 'react';
import type { ResultColumn } from '#core/contract/index.ts';
import type { Row } from '#web/query/index.ts';
import { cellText } from './cells.tsx';

const CHARACTER_PX = 7.4;
const NARROWEST_PX = 72;
const WIDEST_PX = 380;
/** By hand a column may be made narrower and much wider. */
const LEAST_PX = 36;
const MOST_PX = 2000;
const SAMPLE_ROWS = 120;
const FIT_ROWS = 5000;

/** Wide enough for most of what a column shows. */
function widthOf(
  column: ResultColumn,
  index: number,
  rows: readonly Row[],
  isExact: boolean,
  most: number,
): number {
  let longest = column.name.length + 3;
  for (const row of rows) longest = Math.max(longest, cellText(row[index], column, isExact).length);
  return Math.round(Math.min(most, Math.max(NARROWEST_PX, longest * CHARACTER_PX + 22)));
}

/** How wide the columns are: by what they show, until somebody makes them wider or narrower. */
export function useColumnWidths(
  columns: readonly ResultColumn[],
  rows: readonly Row[],
  isExact: boolean,
) {
  const initial = useMemo(() => {
    const sample = rows.slice(0, SAMPLE_ROWS);
    return columns.map((c, i) => widthOf(c, i, sample, isExact, WIDEST_PX));
  }, [columns, rows, isExact]);
  const [chosen, setChosen] = useState<ReadonlyMap<number, number>>(new Map());
  const dragged = useRef<{ readonly column: number; readonly x: number; readonly width: number }>(
    undefined,
  );
  const widths = initial.map((width, i) => chosen.get(i) ?? width);
  const set = (column: number, width: number) =>
    setChosen((now) => new Map(now).set(column, Math.max(LEAST_PX, Math.min(MOST_PX, width))));
  return {
    widths,
    widen: (column: number, byPx: number) => set(column, (widths[column] ?? 0) + byPx),
    /** As wide as the widest of the first rows. */
    fit: (column: number) => {
      const c = columns[column];
      if (c) set(column, widthOf(c, column, rows.slice(0, FIT_ROWS), isExact, MOST_PX));
    },
    /** Handlers of the edge that is dragged. */
    drag: (column: number) => ({
      onPointerDown(event: PointerEvent<HTMLElement>) {
        event.preventDefault();
        event.currentTarget.setPointerCapture(event.pointerId);
        dragged.current = { column, x: event.clientX, width: widths[column] ?? 0 };
      },
      onPointerMove(event: PointerEvent<HTMLElement>) {
        const from = dragged.current;
        if (from?.column === column) set(column, from.width + event.clientX - from.x);
      },
      onPointerUp() {
        dragged.current = undefined;
      },
    }),
    isDragging: () => dragged.current !== undefined,
  };
}
