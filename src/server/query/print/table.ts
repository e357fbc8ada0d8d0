import type { Answer } from './printer.ts';

const NUMBERS = new Set(['long', 'int', 'real', 'decimal']);
const MAX_CELL = 60;

/**
 * A table for a terminal of `width` columns (0: as wide as it gets). Numbers are right-aligned; long cells and columns
 * that do not fit are cut and said. Control characters are shown, never sent to the terminal.
 */
export function printTable(answer: Answer, width: number): string {
  if (answer.columns.length === 0) return 'no columns\n';
  const cells = answer.rows.map((row) => answer.columns.map((_, i) => printCell(row[i])));
  const names = answer.columns.map((c) => cut(printCell(c.name)));
  const widths = names.map((name, i) =>
    cells.reduce((most, row) => Math.max(most, length(row[i]!)), length(name)),
  );
  const shown = countFitting(widths, width);
  const line = (row: readonly string[]) =>
    row
      .slice(0, shown)
      .map((text, i) => pad(text, widths[i]!, NUMBERS.has(answer.columns[i]!.type)))
      .join('  ')
      .trimEnd();
  const hidden = answer.columns.length - shown;
  return [
    line(names),
    line(widths.map((w) => '─'.repeat(w))),
    ...cells.map(line),
    `${count(answer.rows.length, 'row')}${hidden > 0 ? `, ${count(hidden, 'column')} not shown: ${names.slice(shown).join(', ')}` : ''}`,
    '',
  ].join('\n');
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

/** How many columns fit into the width; always at least one. */
function countFitting(widths: readonly number[], width: number): number {
  if (width <= 0) return widths.length;
  let used = -2;
  for (const [i, w] of widths.entries()) {
    used += w + 2;
    if (used > width) return Math.max(1, i);
  }
  return widths.length;
}

function printCell(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return cut(
    text.replace(
      /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
      (c) => `\\u${c.codePointAt(0)!.toString(16).padStart(4, '0')}`,
    ),
  );
}

function cut(text: string): string {
  const points = [...text];
  return points.length > MAX_CELL ? `${points.slice(0, MAX_CELL - 1).join('')}…` : text;
}

function length(text: string): number {
  return [...text].length;
}

function pad(text: string, width: number, isRight: boolean): string {
  const space = ' '.repeat(Math.max(0, width - length(text)));
  return isRight ? space + text : text + space;
}
