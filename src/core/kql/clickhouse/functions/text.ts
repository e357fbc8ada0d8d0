import { as, toText } from '../convert.ts';
import { quoteText } from '../types.ts';
import type { Call, Printer, PrinterGroup, Value } from '../value.ts';

const constant =
  (text: string): Printer =>
  () =>
    quoteText(text);

const texts = (args: readonly Value[], c: Call): string[] => args.map((a) => toText(a, c));

/** A constant whole number that is not negative. */
function count(value: Value | undefined): number | null {
  const literal = value?.literal?.value;
  return typeof literal === 'string' && /^\d{1,9}$/.test(literal) && value?.type !== 'string'
    ? Number(literal)
    : null;
}

export const textPrinters: PrinterGroup = {
  strlen: ([a], c) => `toInt64(lengthUTF8(${toText(a!, c)}))`,
  string_size: ([a], c) => `toInt64(length(${toText(a!, c)}))`,
  tolower: ([a], c) => `lowerUTF8(${toText(a!, c)})`,
  toupper: ([a], c) => `upperUTF8(${toText(a!, c)})`,
  strcat: (args, c) =>
    args.length === 1 ? texts(args, c)[0]! : `concat(${texts(args, c).join(', ')})`,
  strcat_delim: ([delimiter, ...rest], c) =>
    `arrayStringConcat([${texts(rest, c).join(', ')}], ${toText(delimiter!, c)})`,
  replace_string: ([a, sought, by], c) =>
    sought!.literal && sought!.literal.value !== ''
      ? `replaceAll(${texts([a!, sought!, by!], c).join(', ')})`
      : `if(${toText(sought!, c)} = '', ${toText(a!, c)}, replaceAll(${texts([a!, sought!, by!], c).join(', ')}))`,
  substring: ([text, start, length], c) => {
    const [from, size] = [count(start), count(length)];
    if (from === null || (length && size === null)) return null;
    return `substringUTF8(${toText(text!, c)}, ${from + 1}${size === null ? '' : `, ${size}`})`;
  },
  reverse: ([a], c) => `reverseUTF8(${toText(a!, c)})`,
  isascii: ([a], c) => `match(${toText(a!, c)}, '^[\\\\x00-\\\\x7f]*$')`,
  assert: ([test, message], c) =>
    message?.literal
      ? `(throwIf(NOT ifNull(${as(test!, 'bool', c)}, false), ${toText(message, c)}) = 0)`
      : null,
  current_database: constant('weir'),
  extent_id: constant('00000000-0000-0000-0000-000000000000'),
  extentid: constant('00000000-0000-0000-0000-000000000000'),
  extent_tags: constant('[]'),
  current_cluster_endpoint: constant('weir'),
};
