import { as, convert, toDynamic, toReal, toText } from '../convert.ts';
import { bind, literalValue, quoteText } from '../types.ts';
import type { Call, Printer, PrinterGroup, Value } from '../value.ts';
import { textsOf } from './operators.ts';

/** A constant key as a step of ClickHouse's JSON functions, which count from 1; null for what they cannot address. */
function constantStep(key: Value): string | null {
  const value = key.literal?.value;
  if (typeof value !== 'string') return null;
  if (key.type === 'string') return quoteText(value);
  return (key.type === 'long' || key.type === 'int') && /^\d{1,9}$/.test(value)
    ? String(Number(value) + 1)
    : null;
}

const isIndex = (step: string) => /^\d/.test(step);

/** A number means an element of an array to KQL; ClickHouse would take it as well for the nth member of a bag. */
function extracted(source: string, steps: readonly string[]): Value {
  const arrays = steps.flatMap((step, i) => {
    const before = [source, ...steps.slice(0, i)].join(', ');
    return isIndex(step) ? [`JSONType(${before}) = 'Array'`] : [];
  });
  const value = `nullIf(nullIf(JSONExtractRaw(${[source, ...steps].join(', ')}), ''), 'null')`;
  return {
    sql: arrays.length === 0 ? value : `if(${arrays.join(' AND ')}, ${value}, NULL)`,
    type: 'dynamic',
    path: { source, steps },
  };
}

/** A step into a bag or an array; several steps into one value become one path. */
const member: Printer = ([object, key], c) => {
  const opened = object!.type === 'string' ? parsed(object!, c) : convert(object!, 'dynamic', c);
  const step = constantStep(key!);
  if (step === null || (opened.literal && key!.literal))
    return c.host('weir_member', [opened, convert(key!, 'string', c)], 'dynamic');
  return opened.path
    ? extracted(opened.path.source, [...opened.path.steps, step])
    : extracted(`ifNull(${opened.sql}, '')`, [step]);
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

/** The elements of an array, or the members of a bag in that shape; any other value is the only element. */
function opened(host: string, shape: (key: string, value: string) => string): Printer {
  return ([a], c) => {
    const value = json(a!, c);
    if (value.literal) return c.host(host, [value], 'dynamic');
    return bind(value.sql, (x) => {
      const members = `arrayMap(m -> ${shape('toJSONString(m.1)', 'm.2')}, JSONExtractKeysAndValuesRaw(assumeNotNull(${x})))`;
      return `multiIf(isNull(${x}) OR ${x} = 'null', NULL, startsWith(${x}, '['), ${x}, startsWith(${x}, '{'), concat('[', arrayStringConcat(${members}, ','), ']'), concat('[', ${x}, ']'))`;
    });
  };
}

/** Keys that are constant and differ make the text of the bag plain to see. */
const bagPack: Printer = (args, c) => {
  const keys = args.filter((_, i) => i % 2 === 0);
  const names = keys.map((k) => (k.type === 'string' ? k.literal?.value : undefined));
  const isPlain = names.every((n) => typeof n === 'string') && new Set(names).size === names.length;
  if (!isPlain || args.length === 0 || args.length % 2 === 1) return null;
  const parts = names.map((name, i) => {
    const key = quoteText(`${i === 0 ? '{' : ','}${JSON.stringify(name)}:`);
    return `${key}, ifNull(${toDynamic(args[2 * i + 1]!, c)}, 'null')`;
  });
  return `concat(${parts.join(', ')}, '}')`;
};

/** Texts between a constant delimiter, as a JSON array. */
const split: Printer = ([text, delimiter, index], c) => {
  const by = delimiter?.type === 'string' ? delimiter.literal?.value : null;
  const at = index ? index.literal?.value : '0';
  if (typeof by !== 'string' || by === '' || typeof at !== 'string' || !/^\d{1,9}$/.test(at))
    return null;
  const parts = `splitByString(${quoteText(by)}, ${toText(text!, c)})`;
  if (!index) return `toJSONString(${parts})`;
  return bind(
    parts,
    (p) => `if(length(${p}) > ${at}, toJSONString([${p}[${Number(at) + 1}]]), NULL)`,
  );
};

export const dynamicPrinters: PrinterGroup = {
  '[]': member,
  $elements: opened('weir_elements', (key, value) => `concat('{', ${key}, ':', ${value}, '}')`),
  $pairs: opened('weir_pairs', (key, value) => `concat('[', ${key}, ',', ${value}, ']')`),
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
  bag_pack: bagPack,
  split,
  strcat_array: ([a, delimiter], c) =>
    bind(toDynamic(a!, c), (x) => {
      const texts = textsOf({ sql: x, type: 'dynamic' }, c);
      return `if(ifNull(startsWith(${x}, '['), false), arrayStringConcat(${texts}, ${toText(delimiter!, c)}), '')`;
    }),
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
