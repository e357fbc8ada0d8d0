import type { ReactNode } from 'react';
import type { ResultColumn } from '#core/contract/index.ts';
import { exactNumber, formatByUnit } from '#web/base/format.ts';
import { formatUtc } from '#web/base/time-text.ts';
import { isNumeric, toText } from '#web/query/index.ts';

const two = (value: number, digits = 2) => String(value).padStart(digits, '0');

/** `2026-03-03 10:40:00.123`, local time; the fraction as it came. */
export function localStamp(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  const fraction = /\.(\d+)/.exec(iso)?.[0] ?? '';
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}${fraction}`;
}

/** A cell as people read it. `isExact` shows numbers to the last digit. */
export function cellText(cell: unknown, column: ResultColumn, isExact: boolean): string {
  if (cell === null || cell === undefined) return '';
  if (column.type === 'datetime' && typeof cell === 'string') return localStamp(cell);
  if (typeof cell === 'number') {
    if (column.unit === 'port' || column.type === 'bool') return String(cell);
    return isExact ? exactNumber(cell) : formatByUnit(cell, column.unit).text;
  }
  // A long past 2^53 comes as text.
  if (typeof cell === 'string' && column.type === 'long' && /^-?\d+$/.test(cell))
    return exactNumber(BigInt(cell));
  return toText(cell);
}

/** What hovering a cell shows. */
export function cellHover(cell: unknown, column: ResultColumn): string | undefined {
  if (cell === null) return 'null';
  if (column.type === 'datetime' && typeof cell === 'string')
    return `${formatUtc(Date.parse(cell))}\n${cell}`;
  if (typeof cell === 'number' && isNumeric(column)) return formatByUnit(cell, column.unit).exact;
  const text = toText(cell);
  return text.length > LONG_TEXT ? text.slice(0, 2000) : undefined;
}

/** Longer texts may be cut off in a column. */
const LONG_TEXT = 30;

export function CellView(props: {
  readonly cell: unknown;
  readonly column: ResultColumn;
  readonly isExact: boolean;
}): ReactNode {
  const { cell, column } = props;
  if (cell === null || cell === undefined) return <span className="null">null</span>;
  if (cell === '') return <span className="null">""</span>;
  return cellText(cell, column, props.isExact);
}

export const isRight = (column: ResultColumn): boolean =>
  isNumeric(column) || column.type === 'timespan' || column.unit === 'port';

export const isMono = (column: ResultColumn): boolean =>
  column.unit === 'address' ||
  column.type === 'datetime' ||
  column.type === 'dynamic' ||
  column.type === 'guid';
