/**
 * Published parsers keep the defaults of their parameters beside the query, without quotes (`eventresult: string = *`).
 * Pasted before the query as `let eventresult=*;` that is no KQL. Where the query itself declares the parameter, with
 * the same text in quotes as its default, the meaning is certain: the text.
 */
export interface Restored {
  /** The query with such lets blanked out, so that every position stays where it was. */
  readonly text: string;
  readonly values: Readonly<Record<string, string>>;
}

const BARE_LET = /^([ \t]*let\s+([A-Za-z_]\w*)\s*=\s*(\*|[A-Za-z_]\w*)\s*;)/gm;

function declares(query: string, name: string, value: string): boolean {
  const word = value === '*' ? '\\*' : value;
  return new RegExp(`[(,]\\s*${name}\\s*:\\s*string\\s*=\\s*(['"])${word}\\1\\s*[,)]`).test(query);
}

export function restoreDefaults(query: string): Restored {
  const values: Record<string, string> = {};
  const text = query.replace(BARE_LET, (statement, _all, name: string, value: string) => {
    if (Object.hasOwn(values, name) || !declares(query, name, value)) return statement;
    values[name] = value;
    return statement.replace(/[^\n]/g, ' ');
  });
  return { text, values };
}
