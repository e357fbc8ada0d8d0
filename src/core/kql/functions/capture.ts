import type { Arg, FunctionGroup } from '../dialect/dialect.ts';
import { quoteText } from '../dialect/duckdb.ts';
import { compileRegex } from '../runtime/regex.ts';
import { asNumber, asText } from '../runtime/value.ts';
import { hosts } from './host.ts';

/** What one group of a pattern captures of a text, of several groups that all are texts; '' where it does not match. */
const rows = hosts([
  {
    name: '$capture',
    takes: ['string', 'string', 'long', 'long'],
    gives: 'string',
    call: (text, pattern, index) =>
      compileRegex(asText(pattern), '').exec(asText(text))?.[(asNumber(index) ?? 0) + 1] ?? '',
  },
]);

/** All groups at once, by names: the engine matches once for however many of them a query reads. */
function printCapture([text, pattern, index, count]: readonly Arg[]): string | null {
  const regex = pattern?.literal?.value;
  if (typeof regex !== 'string' || regex.includes('\0')) return null;
  const names = Array.from({ length: Number(count?.literal?.value) }, (_, i) => `'c${i}'`);
  return `struct_extract(regexp_extract(${text!.sql}, ${quoteText(regex)}, [${names.join(', ')}]), 'c${String(index?.literal?.value)}')`;
}

const { $capture } = rows;
if (!$capture) throw new Error('$capture is not there');

export const captureFunctions: FunctionGroup = {
  $capture: {
    ...$capture,
    duckdb: (args, call) => printCapture(args) ?? $capture.duckdb(args, call),
  },
};
