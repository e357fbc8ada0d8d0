import { parseDelimited } from '#core/base/index.ts';
import type { ExternalData, ExternalFormat } from '#core/kql/index.ts';
import { failed } from './errors.ts';

type Cells = readonly string[];

/** Rows of a file's text, each as wide as `columns`. Throws ExternalError. */
export type ReadFormat = (text: string, data: ExternalData) => readonly Cells[];

const delimited =
  (delimiter: string): ReadFormat =>
  (text, { columns, isHeaderSkipped }) => {
    const { records, problem } = parseDelimited(text, delimiter);
    if (problem)
      throw failed(`The file is not well-formed: line ${problem.line}: ${problem.message}.`);
    return records
      .slice(isHeaderSkipped ? 1 : 0)
      .map(({ fields }) => columns.map((_, i) => fields[i] ?? ''));
  };

const firstOnly = (value: string, { columns }: ExternalData): Cells =>
  columns.map((_, i) => (i === 0 ? value : ''));

const txt: ReadFormat = (text, data) => {
  const lines = text.split(/\r\n|\n|\r/);
  if (lines.at(-1) === '') lines.pop();
  return lines.slice(data.isHeaderSkipped ? 1 : 0).map((line) => firstOnly(line, data));
};

/** One object a line, an array of objects, or one object over several lines. */
const json: ReadFormat = (text, data) =>
  parseObjects(text).map((item) => data.columns.map((name) => memberText(item, name)));

/** Each format of EXTERNAL_FORMATS. */
export const FORMATS: Readonly<Record<ExternalFormat, ReadFormat>> = {
  csv: delimited(','),
  tsv: delimited('\t'),
  psv: delimited('|'),
  scsv: delimited(';'),
  txt,
  raw: (text, data) => [firstOnly(text, data)],
  json,
  multijson: json,
};

function parseObjects(text: string): readonly unknown[] {
  const whole = tryParse(text);
  if (whole) return Array.isArray(whole.value) ? whole.value : [whole.value];
  return text
    .split('\n')
    .map((line, i) => ({ line: line.trim(), at: i + 1 }))
    .filter(({ line }) => line !== '')
    .map(({ line, at }) => {
      const parsed = tryParse(line);
      if (!parsed) throw failed(`The file is not JSON: line ${at}.`);
      return parsed.value;
    });
}

function tryParse(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    // The caller knows what else the text may be.
    return undefined;
  }
}

function memberText(item: unknown, name: string): string {
  if (typeof item !== 'object' || item === null || !Object.hasOwn(item, name)) return '';
  const value: unknown = Reflect.get(item, name);
  if (value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
