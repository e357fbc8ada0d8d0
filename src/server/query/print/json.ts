import type { Answer, Printer } from './answer.ts';

/** One object a row, one row a line. */
export const ndjson: Printer = {
  name: 'ndjson',
  mediaType: 'application/x-ndjson',
  *print(answer: Answer) {
    for (const row of answer.rows) yield `${printObject(answer, row)}\n`;
  },
};

/** One array of objects. */
export const json: Printer = {
  name: 'json',
  mediaType: 'application/json',
  *print(answer: Answer) {
    let before = '[\n';
    for (const row of answer.rows) {
      yield `${before}${printObject(answer, row)}`;
      before = ',\n';
    }
    yield before === '[\n' ? '[]\n' : '\n]\n';
  },
};

/** Written name by name: an object in between would lose repeated names and take `__proto__` for more than a name. */
function printObject(answer: Answer, row: readonly unknown[]): string {
  const cells = answer.columns.map(
    (c, i) => `${JSON.stringify(c.name)}:${JSON.stringify(row[i] ?? null)}`,
  );
  return `{${cells.join(',')}}`;
}
