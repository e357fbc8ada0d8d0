import {
  EXTERNAL_FORMATS,
  type Expr,
  type ExternalFormat,
  externalTable,
  isAllowedUrl,
  type Pipe,
  RefusalError,
} from '#core/kql/index.ts';
import type { SyntaxNode } from '../kusto.ts';
import { nameOf } from './expressions.ts';
import { boundColumns, type Reading, spanOf } from './scope.ts';
import { isSet } from './settings.ts';

/** KQL's own conversion of the text that a file holds to a column's type. */
const CONVERSIONS = {
  string: undefined,
  dynamic: 'parse_json',
  long: 'tolong',
  int: 'toint',
  real: 'toreal',
  bool: 'tobool',
  datetime: 'todatetime',
  timespan: 'totimespan',
  guid: 'toguid',
  decimal: 'todecimal',
} as const;

const MOST_URLS = 20;

/** Rows of files elsewhere, where an administrator allows their hosts. Throws RefusalError. */
export function readExternal(node: SyntaxNode, reading: Reading): Pipe {
  const at = spanOf(node, reading);
  if (isSet('request_external_data_disabled', reading))
    throw new RefusalError(
      'external-refused',
      'externaldata reads from outside, which the query itself forbids by request_external_data_disabled.',
      at,
    );
  const urls = node.list('URIs').map((uri) => {
    const url = uri.literal === null ? null : URL.parse(uri.literal.split(';')[0] ?? '');
    if (!url || !isAllowedUrl(url, reading.catalog.externalHosts ?? []))
      throw new RefusalError(
        'external-refused',
        `externaldata reads from outside of Weir${url ? `, from ${url.protocol}//${url.host}` : ''}, which is not allowed. ` +
          'Load the data into a table or a watchlist instead, or have an administrator add the host to query.externalHosts.',
        at,
      );
    return url.href;
  });
  if (urls.length > MOST_URLS)
    throw new RefusalError('unsupported', `externaldata reads at most ${MOST_URLS} files.`, at);
  const columns = boundColumns(node.type?.columns ?? []);
  const table = externalTable({
    urls,
    format: formatOf(node, urls, reading),
    isHeaderSkipped: property(node, 'ignorefirstrecord')?.toLowerCase() === 'true',
    columns: columns.map((c) => c.name),
  });
  const items = columns.map(({ name, type }) => {
    const text: Expr = { kind: 'column', name, type: 'string', at };
    const conversion = CONVERSIONS[type];
    const expr: Expr = conversion
      ? { kind: 'call', name: conversion, args: [text], type, at }
      : text;
    return { expr, names: [name], autoName: '' };
  });
  const asText = columns.map(({ name }) => ({ name, type: 'string' as const }));
  return {
    source: { kind: 'table', name: table, columns: asText, isOpen: false, at },
    operators: [{ op: 'project', items, names: columns.map((c) => c.name), at }],
    at,
  };
}

/** As said, else by the ending of the first file's name, else CSV. */
function formatOf(node: SyntaxNode, urls: readonly string[], reading: Reading): ExternalFormat {
  const said = property(node, 'format');
  const path = new URL(urls[0] ?? 'https://none').pathname.replace(/\.gz$/i, '');
  const name = (said ?? /\.(\w+)$/.exec(path)?.[1] ?? 'csv').toLowerCase();
  const found = EXTERNAL_FORMATS.find((format) => format === name);
  if (found) return found;
  if (said === null) return 'csv';
  throw new RefusalError(
    'unsupported',
    `externaldata reads ${EXTERNAL_FORMATS.join(', ')}, not ${said}.`,
    spanOf(node, reading),
  );
}

function property(node: SyntaxNode, name: string): string | null {
  const properties = node.get('WithClause')?.list('Properties') ?? [];
  const found = properties.find((p) => nameOf(p.need('Name')).toLowerCase() === name);
  return found?.get('Expression')?.literal ?? null;
}
