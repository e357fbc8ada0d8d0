/** One record of a delimited text, and the line that it begins on, counted from 1. */
export interface DelimitedRecord {
  readonly line: number;
  readonly fields: readonly string[];
}

export interface DelimitedText {
  readonly records: readonly DelimitedRecord[];
  /** Where reading stopped because the text is not well-formed; the records before it are good. */
  readonly problem: { readonly line: number; readonly message: string } | null;
}

/**
 * Splits CSV and its kin by RFC 4180: fields may be quoted, a quote inside is doubled, a quoted field may hold line
 * breaks. Lines end with LF, CRLF or CR; blank lines are no records; a byte order mark is skipped. Linear in time.
 */
export function parseDelimited(text: string, delimiter = ','): DelimitedText {
  const records: DelimitedRecord[] = [];
  let at = text.startsWith('\uFEFF') ? 1 : 0;
  let line = 1;
  while (at < text.length) {
    const fields: string[] = [];
    const startLine = line;
    for (;;) {
      if (text[at] === '"') {
        const quoted = readQuoted(text, at);
        if (quoted === undefined)
          return { records, problem: { line: startLine, message: 'a quote is not closed' } };
        fields.push(quoted.value);
        line += quoted.breaks;
        at = quoted.end;
        if (at < text.length && text[at] !== delimiter && !isBreak(text[at]))
          return { records, problem: { line, message: 'there is text behind a closing quote' } };
      } else {
        const end = endOfField(text, at, delimiter);
        fields.push(text.slice(at, end));
        at = end;
      }
      if (text[at] !== delimiter) break;
      at++;
    }
    at += text.startsWith('\r\n', at) ? 2 : 1;
    line++;
    if (fields.length > 1 || fields[0] !== '') records.push({ line: startLine, fields });
  }
  return { records, problem: null };
}

const isBreak = (char: string | undefined) => char === '\n' || char === '\r';

function endOfField(text: string, from: number, delimiter: string): number {
  let at = from;
  while (at < text.length && text[at] !== delimiter && !isBreak(text[at])) at++;
  return at;
}

function readQuoted(
  text: string,
  from: number,
): { value: string; end: number; breaks: number } | undefined {
  let value = '';
  let breaks = 0;
  for (let at = from + 1; ; ) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return undefined;
    const part = text.slice(at, quote);
    breaks += part.match(/\r\n?|\n/g)?.length ?? 0;
    if (text[quote + 1] !== '"') return { value: value + part, end: quote + 1, breaks };
    value += `${part}"`;
    at = quote + 2;
  }
}
