import { printDay } from '#core/base/index.ts';
import type { Table } from '#core/schema/index.ts';
import { isDayName, isTableName } from './layout.ts';
import type { SegmentDraft } from './store.ts';

/** Throws when a draft contradicts itself or the table's declaration: a bug of whoever made it, found before it is written. */
export function assertDraft(draft: SegmentDraft, table: Table | undefined): void {
  const why = faultOf(draft, table);
  if (why === undefined) return;
  const { day, rows } = draft;
  throw new Error(
    `a segment of ${draft.table}, day ${day}, ${rows} rows, cannot be stored: ${why}`,
  );
}

function faultOf(draft: SegmentDraft, table: Table | undefined): string | undefined {
  const { day, rows, ranges } = draft;
  if (!isTableName(draft.table)) return 'the name of the table is not an identifier';
  if (!isDayName(day)) return 'the day is not YYYY-MM-DD';
  if (!Number.isSafeInteger(rows) || rows < 1) return 'it needs at least one row';
  for (const [column, [low, high]] of Object.entries(ranges)) {
    if (!Number.isSafeInteger(low) || !Number.isSafeInteger(high) || low > high)
      return `the range of ${column}, ${low} to ${high}, is not one of whole microseconds`;
    if (table && table.columns.find((c) => c.name === column)?.type !== 'datetime')
      return `${column} is not a datetime column`;
  }
  if (!table?.timeColumn) return undefined;
  const time = ranges[table.timeColumn];
  if (!time) return `the range of ${table.timeColumn}, which days are cut by, is missing`;
  if (printDay(time[0]) !== day || printDay(time[1]) !== day)
    return `${table.timeColumn} runs from ${printDay(time[0])} to ${printDay(time[1])}`;
  return undefined;
}
