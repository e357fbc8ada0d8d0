import type { FunctionGroup } from '../dialect/dialect.ts';
import { toText } from '../dialect/duckdb.ts';
import { asNumber, asText, jsonText } from '../runtime/value.ts';
import { hosts } from './host.ts';

export const textFunctions: FunctionGroup = {
  strlen: { returns: 'long', duckdb: ([a]) => `length(${toText(a!)})` },
  string_size: { returns: 'long', duckdb: ([a]) => `strlen(${toText(a!)})` },
  tolower: { returns: 'string', duckdb: ([a]) => `lower(${toText(a!)})` },
  toupper: { returns: 'string', duckdb: ([a]) => `upper(${toText(a!)})` },
  strcat: { returns: 'string', duckdb: (args) => `(${args.map(toText).join(' || ')})` },
  reverse: { returns: 'string', duckdb: ([a]) => `reverse(${toText(a!)})` },
  ...hosts([
    {
      name: 'substring',
      takes: ['string', 'long', 'long'],
      gives: 'string',
      call: (text, start, length) => {
        const source = [...asText(text)];
        const from = asNumber(start) ?? 0;
        const at = from < 0 ? Math.max(0, source.length + from) : from;
        const count = asNumber(length);
        return source.slice(at, count === null ? undefined : at + Math.max(0, count)).join('');
      },
    },
    {
      name: 'split',
      takes: ['string', 'string', 'long'],
      gives: 'dynamic',
      call: (text, delimiter, index) => {
        const source = asText(text);
        const parts = asText(delimiter) === '' ? [source] : source.split(asText(delimiter));
        const at = asNumber(index);
        if (at === null) return jsonText(parts);
        const part = parts[at < 0 ? parts.length + at : at];
        return jsonText(part === undefined ? [] : [part]);
      },
    },
  ]),
};
