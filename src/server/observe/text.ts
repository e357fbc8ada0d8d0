/** SQL of values that cannot be bound: file names, and lists of files and instants. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

export const fileList = (files: readonly string[]): string => `[${files.map(literal).join(', ')}]`;

/** Segments as one relation: files from before a column was declared lack it. */
export const segments = (files: readonly string[]): string =>
  `read_parquet(${fileList(files)}, union_by_name = true, hive_partitioning = false)`;

/** A condition that keeps the rows of whole hours; neighbouring hours become one range, so that row groups are skipped. */
export function inHours(column: string, hours: readonly number[], microsPerHour: number): string {
  const ranges: [from: number, to: number][] = [];
  for (const hour of [...hours].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last && last[1] === hour) last[1] = hour + microsPerHour;
    else ranges.push([hour, hour + microsPerHour]);
  }
  if (ranges.length === 0) return 'false';
  return `(${ranges
    .map(
      ([from, to]) =>
        `(${column} >= make_timestamp(${from}) AND ${column} < make_timestamp(${to}))`,
    )
    .join(' OR ')})`;
}

/** The start of the hour of an instant in µs. */
export const hourOf = (micros: string): string => `(${micros} // 3600000000 * 3600000000)`;
