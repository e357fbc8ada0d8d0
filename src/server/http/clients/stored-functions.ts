import type { KqlType } from '#core/schema/index.ts';
import type { StoredFunction } from '../deps.ts';

/** Stored functions as clients of Kusto and of Log Analytics are told of them. */

interface Parameter {
  readonly name: string;
  /** A KQL type, or the columns of a table in parentheses. */
  readonly type: string;
  readonly fallback?: string;
}

/** Splits at commas that stand in no parentheses, brackets or quotes. */
function parts(text: string): string[] {
  const out = [''];
  let [depth, quote] = [0, ''];
  for (const c of text) {
    if (quote !== '') quote = c === quote ? '' : quote;
    else if (c === '"' || c === "'") quote = c;
    else if ('([{'.includes(c)) depth++;
    else if (')]}'.includes(c)) depth--;
    if (c === ',' && depth === 0 && quote === '') out.push('');
    else out[out.length - 1] += c;
  }
  return out.map((part) => part.trim()).filter((part) => part !== '');
}

/** The parameters of `(a:string, b:long=5, T:(x:long))`. */
export function parametersOf({ parameters }: StoredFunction): Parameter[] {
  return parts(parameters.trim().replace(/^\(|\)$/g, '')).map((part) => {
    const [, name = part, type = 'dynamic', fallback] =
      /^([\w$]+)\s*:\s*(\([^)]*\)|\w+)\s*(?:=\s*(.*))?$/s.exec(part) ?? [];
    return { name, type, ...(fallback === undefined ? {} : { fallback }) };
  });
}

const bodyOf = ({ body }: StoredFunction) => `{\n${body}\n}`;

/** A row of `.show functions`: Name, Parameters, Body, Folder, DocString. */
export const functionRow = (f: StoredFunction): readonly string[] => [
  f.name,
  f.parameters,
  bodyOf(f),
  '',
  f.description,
];

/** A function in the schema as JSON. `netTypes` are the .NET names of KQL's types. */
export function describeFunction(
  f: StoredFunction,
  netTypes: Readonly<Record<KqlType, string>>,
): unknown {
  const net: Readonly<Record<string, string>> = netTypes;
  const columns = (type: string) =>
    parts(type.slice(1, -1)).map((column) => {
      const [Name = '', CslType = 'dynamic'] = column.split(':').map((part) => part.trim());
      return { Name, CslType, Type: net[CslType] };
    });
  return {
    Name: f.name,
    InputParameters: parametersOf(f).map(({ name, type, fallback }) => ({
      Name: name,
      ...(type.startsWith('(') ? { Columns: columns(type) } : { CslType: type, Type: net[type] }),
      ...(fallback === undefined ? {} : { CslDefaultValue: fallback }),
    })),
    Body: bodyOf(f),
    Folder: '',
    DocString: f.description,
    FunctionKind: 'Unknown',
    OutputColumns: [],
  };
}
