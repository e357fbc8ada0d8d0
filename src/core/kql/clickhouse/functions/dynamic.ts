import { as, convert, toDynamic, toReal } from '../convert.ts';
import { bind, literalValue, quoteText } from '../types.ts';
import type { Call, Printer, PrinterGroup, Value } from '../value.ts';

/** A constant key as ClickHouse's JSON functions count it; null for what they cannot address. */
function constantKey(key: Value): string | null {
  const value = key.literal?.value;
  if (typeof value !== 'string') return null;
  if (key.type === 'string') return quoteText(value);
  return (key.type === 'long' || key.type === 'int') && /^\d{1,9}$/.test(value)
    ? String(Number(value) + 1)
    : null;
}

function extracted(source: string, steps: string): Value {
  return {
    sql: `nullIf(nullIf(JSONExtractRaw(${source}, ${steps}), ''), 'null')`,
    type: 'dynamic',
    path: { source, steps },
  };
}

/** A step into a bag or an array; several steps into one value become one path. */
const member: Printer = ([object, key], c) => {
  const opened = object!.type === 'string' ? parsed(object!, c) : convert(object!, 'dynamic', c);
  const path = constantKey(key!);
  if (path === null || (opened.literal && key!.literal))
    return c.host('weir_member', [opened, convert(key!, 'string', c)], 'dynamic');
  return opened.path
    ? extracted(opened.path.source, `${opened.path.steps}, ${path}`)
    : extracted(`ifNull(${opened.sql}, '')`, path);
};

/** parse_json() of a text: what is not JSON is a text value; nothing is null. */
export function parsed(text: Value, c: Call): Value {
  if (text.literal) return c.host('weir_parse_json', [text], 'dynamic');
  const sql = bind(
    text.sql,
    (x) =>
      `multiIf(match(${x}, '^\\\\s*(null)?\\\\s*$'), NULL, isValidJSON(${x}), JSONExtractRaw(${x}), toJSONString(${x}))`,
  );
  return { sql, type: 'dynamic' };
}

const range: Printer = ([from, to, step], c) => {
  const kind = from!.type;
  if (kind === 'datetime' || kind === 'timespan') {
    const hour: Value = literalValue({
      kind: 'literal',
      type: 'timespan',
      value: '36000000000',
      at: c.at,
    });
    const whole = (v: Value, type: 'datetime' | 'timespan'): Value => long(v, as(v, type, c));
    return c.host(
      'weir_range_ticks',
      [
        whole(from!, kind),
        whole(to!, kind),
        whole(step ?? hour, 'timespan'),
        literalValue({ kind: 'literal', type: 'string', value: kind, at: c.at }),
      ],
      'dynamic',
    );
  }
  const args = [from!, to!, ...(step ? [step] : [])];
  return c.host(
    'weir_range_numbers',
    args.map((a) => json(a, c)),
    'dynamic',
  );
};

/** Instants and spans are whole numbers to JavaScript. */
function long(value: Value, sql: string): Value {
  return {
    sql,
    type: 'long',
    ...(value.literal && value.sql === sql ? { literal: { ...value.literal, type: 'long' } } : {}),
  };
}

const json = (value: Value, c: Call): Value => convert(value, 'dynamic', c);

export const dynamicPrinters: PrinterGroup = {
  '[]': member,
  $elements: ([a], c) => c.host('weir_elements', [json(a!, c)], 'dynamic'),
  $pairs: ([a], c) => c.host('weir_pairs', [json(a!, c)], 'dynamic'),
  range,
  extract_all: ([regex, a, b], c) =>
    c.host(
      'weir__extract_all',
      [
        convert(regex!, 'string', c),
        b ? json(a!, c) : literalValue({ kind: 'literal', type: 'dynamic', value: null, at: c.at }),
        convert(b ?? a!, 'string', c),
      ],
      'dynamic',
    ),
  pack_array: (args, c) =>
    args.length === 0
      ? null
      : `concat('[', arrayStringConcat([${args.map((a) => `ifNull(${toDynamic(a, c)}, 'null')`).join(', ')}], ','), ']')`,
  array_length: ([a], c) =>
    a!.type === 'dynamic'
      ? bind(
          toDynamic(a!, c),
          (x) => `if(startsWith(${x}, '['), toInt64(JSONLength(assumeNotNull(${x}))), NULL)`,
        )
      : null,
  $place: ([x, from, step], c) =>
    `toInt64(floor((${line(x!, c)} - ${line(from!, c)}) / ${line(step!, c)}))`,
  $places: ([from, to, step, closed], c) => {
    const width = `(${line(to!, c)} - ${line(from!, c)}) / ${line(step!, c)}`;
    return closed!.literal?.value === true
      ? `toInt64(floor(${width}) + 1)`
      : `toInt64(ceil(${width}))`;
  },
  $axis: ([from, step, size], c) => {
    const kind =
      from!.type === 'datetime' || from!.type === 'timespan'
        ? from!.type
        : from!.type === 'real' || step!.type === 'real'
          ? 'real'
          : 'long';
    if (kind === 'real')
      return c.host(
        'weir_axis_real',
        [convert(from!, 'real', c), convert(step!, 'real', c), size!],
        'dynamic',
      );
    return c.host(
      'weir_axis',
      [
        long(from!, line(from!, c)),
        long(step!, `toInt64(${line(step!, c)})`),
        size!,
        literalValue({ kind: 'literal', type: 'string', value: kind, at: c.at }),
      ],
      'dynamic',
    );
  },
};

/** The number line that make-series and range walk: ticks of 100 ns, or plain numbers. */
function line(value: Value, c: Call): string {
  return value.type === 'dynamic' ? toReal(value, c) : value.sql;
}
