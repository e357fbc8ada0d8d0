/** A part of the page: a heading, what it means, and rows under columns. */
export interface Table {
  readonly title: string;
  readonly says: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
  /** Lines below the rows. */
  readonly notes?: readonly string[];
}

const line = (cells: readonly (string | number)[]): string =>
  `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`;

/** A table as Markdown; without rows its notes alone. */
export function printTable({ title, says, columns, rows, notes = [] }: Table): string {
  const body =
    rows.length === 0 ? [] : [line(columns), line(columns.map(() => '---')), ...rows.map(line), ''];
  const below = notes.length === 0 ? [] : [...notes.map((note) => `- ${note}`), ''];
  const above = says === '' ? [] : [says, ''];
  return [`## ${title}`, '', ...above, ...body, ...below].join('\n');
}

export const ratio = (value: number): string => value.toFixed(2);

/** `40 s`, `35 min`, `4.2 h`. */
export function printDelay(ms: number): string {
  if (ms < 120_000) return `${Math.round(ms / 1000)} s`;
  return ms < 7_200_000 ? `${Math.round(ms / 60_000)} min` : `${(ms / 3_600_000).toFixed(1)} h`;
}

/** The value that a share of the list is not above; 0 of an empty list. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return (
    sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? sorted[0] ?? 0
  );
}
