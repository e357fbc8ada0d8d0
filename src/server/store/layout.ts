import { join } from 'node:path';

/** Names under DATA. Everything that the store writes is in one of these. */
export const MANIFEST_FILE = 'weir.db';
export const TABLES_FOLDER = 'tables';
/** Files being made by this process and its workers; emptied at each start. */
export const TMP_FOLDER = 'tmp';
/** Segment files that no manifest row names, moved out of the way at a start. Never read, first to go when room is short. */
export const LOST_FOLDER = 'lost';

/** See ballast.ts. */
export const BALLAST_FILE = 'ballast';

/** What a segment file is called while it is being written. */
export const UNFINISHED = '.tmp';
export const SEGMENT_EXTENSION = '.parquet';

export function dayFolder(folder: string, table: string, day: string): string {
  return join(folder, TABLES_FOLDER, table, `day=${day}`);
}

export function segmentPath(folder: string, table: string, day: string, id: string): string {
  return join(dayFolder(folder, table, day), `${id}${SEGMENT_EXTENSION}`);
}

const TABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;
const DAY_NAME = /^\d{4}-\d{2}-\d{2}$/;

export const isTableName = (name: string): boolean => TABLE_NAME.test(name);

export function isDayName(day: string): boolean {
  return (
    DAY_NAME.test(day) &&
    !Number.isNaN(Date.parse(day)) &&
    new Date(day).toISOString().startsWith(day)
  );
}
