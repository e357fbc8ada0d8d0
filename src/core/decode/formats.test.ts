import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { printInstant } from '#core/base/index.ts';
import { valueAt } from '#core/batch/index.ts';
import { Kernel } from '#core/kernel/index.ts';
import { tablesByName } from '#core/schema/index.ts';
import {
  CollectingSink,
  type Decoded,
  Decoders,
  decodeAll,
  FORMATS,
  type Format,
  formatsByName,
  ObjectDecoder,
  type Problem,
} from './index.ts';

const TESTDATA = join(import.meta.dirname, 'testdata');

type Row = Record<string, unknown>;

/** Rows without their empty columns; instants as text. */
function rowsOf(decoded: Pick<Decoded, 'batches'>): Row[] {
  return decoded.batches.flatMap((batch) => {
    const columns = tablesByName.get(batch.table)!.columns.filter((c) => batch.columns.has(c.name));
    return Array.from({ length: batch.rows }, (_, i) => {
      const row: Row = { _table: batch.table };
      for (const { name, type } of columns) {
        const value = valueAt(batch.columns.get(name)!, i);
        if (value === null || value === '') continue;
        row[name] = type === 'datetime' && typeof value === 'number' ? printInstant(value) : value;
      }
      return row;
    });
  });
}

/** What a golden file holds; the lines' order in it is that of the input. */
function summary(decoded: Decoded) {
  return {
    format: decoded.state?.format,
    context: decoded.state?.context,
    rows: rowsOf(decoded),
    problems: decoded.problems.map((p) => ({
      code: p.code,
      offset: p.offset,
      detail: p.detail,
      excerpt: new TextDecoder().decode(p.excerpt.subarray(0, 60)),
    })),
  };
}

interface Vector {
  readonly format: Format;
  readonly name: string;
  readonly path: string;
  readonly bytes: Uint8Array;
}

const VECTORS: readonly Vector[] = FORMATS.flatMap((format) => {
  const folder = join(TESTDATA, format.name);
  return readdirSync(folder)
    .filter((name) => !name.endsWith('.expected.json'))
    .map((name) => {
      const path = join(folder, name);
      return { format, name: `${format.name}: ${name}`, path, bytes: readFileSync(path) };
    });
});
const soundVectors = VECTORS.filter((v) => !v.name.includes('damaged'));

const sharedDecoders = new Decoders(new CollectingSink(256, new Kernel(80)));
/** The same without a kernel: every record is read by the careful reader. */
const carefulDecoders = new Decoders(new CollectingSink(256));

/** Decodes with decoders that have seen other objects before, as a running server's have. */
function decodeNext(
  bytes: Uint8Array,
  format: Format,
  decoders: Decoders = sharedDecoders,
): { rows: Row[]; problems: readonly Problem[] } {
  const sink = decoders.sink as CollectingSink;
  const decoder = new ObjectDecoder(decoders, { object: '', ingestedAt: 0, format });
  decoder.push(bytes);
  decoder.end(true);
  sink.flush();
  const { batches, problems } = sink;
  sink.batches = [];
  sink.problems = [];
  return { rows: rowsOf({ batches }), problems };
}

/** Rows and problems of an object whose units are cut at one place, decoded in the order given. */
function decodeInTwo(format: Format, bytes: Uint8Array, at: number, isReversed: boolean) {
  const sink = sharedDecoders.sink as CollectingSink;
  const decoder = sharedDecoders.of(format);
  const context = format.context(bytes);
  const first = format.cut(bytes.subarray(0, at), false);
  const units = [
    [bytes.subarray(0, first), 0],
    [bytes.subarray(first), first],
  ] as const;
  for (const [unit, offset] of isReversed ? [...units].reverse() : units)
    if (unit.length > 0) decoder.decode(unit, { object: 'o', offset, context, ingestedAt: 0 });
  sink.flush();
  const { batches, problems } = sink;
  sink.batches = [];
  sink.problems = [];
  return { rows: rowsOf({ batches }), problems: problems.map((p) => `${p.code} ${p.offset}`) };
}

/** A small generator of pseudo-random numbers (mulberry32), so that failures repeat. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * below);
  };
}

describe('the list of formats', () => {
  it('is sorted, and holds every format that has a file', async () => {
    const names = FORMATS.map((f) => f.name);
    expect(names).toEqual([...new Set(names)].sort());
    const files = readdirSync(join(import.meta.dirname, 'flow')).filter((f) =>
      /^[^.]+\.ts$/.test(f),
    );
    const exported: unknown[] = [];
    for (const file of files)
      exported.push(...Object.values((await import(`./flow/${file.slice(0, -3)}.ts`)) as object));
    const found = exported.filter(
      (e) => typeof e === 'object' && e !== null && 'sniff' in e && 'cut' in e,
    );
    expect(new Set(found)).toEqual(new Set(FORMATS));
  });

  it.each(VECTORS)('$name is accepted by its format alone', ({ format, bytes }) => {
    expect(FORMATS.filter((f) => f.sniff(bytes.subarray(0, 65_536))).map((f) => f.name)).toEqual([
      format.name,
    ]);
  });
});

describe('golden vectors', () => {
  it.each(VECTORS)('$name', ({ path, bytes, name }) => {
    const actual = summary(decodeAll(bytes, { object: name.split(': ')[1]!, ingestedAt: 1.7e15 }));
    const goldenPath = path.replace(/\.[^.]+$/, '.expected.json');
    if (process.env['UPDATE'] || !existsSync(goldenPath)) {
      expect(process.env['UPDATE'], 'run with UPDATE=1 and review the result').toBeTruthy();
      writeFileSync(goldenPath, `${JSON.stringify(actual, null, 1)}\n`);
    }
    expect(actual).toEqual(JSON.parse(readFileSync(goldenPath, 'utf8')));
  });
});

describe('with a kernel and without', () => {
  it.each(VECTORS)('$name is the same', ({ bytes, format }) => {
    expect(decodeNext(bytes, format)).toEqual(decodeNext(bytes, format, carefulDecoders));
  });
});

describe('cutting', () => {
  it.each(soundVectors)(
    '$name: any split, decoded in any order, gives the same rows',
    ({ format, bytes }) => {
      const whole = decodeInTwo(format, bytes, bytes.length, false);
      const sorted = (rows: Row[]) => rows.map((r) => JSON.stringify(r)).sort();
      const expected = sorted(whole.rows);
      for (let at = 0; at < bytes.length; at += at < 400 ? 1 : 7) {
        const split = decodeInTwo(format, bytes, at, at % 2 === 1);
        expect(sorted(split.rows), `split at ${at}`).toEqual(expected);
        expect(split.problems.sort(), `split at ${at}`).toEqual([...whole.problems].sort());
      }
    },
  );

  it.each(soundVectors)(
    '$name: an object that is read on later is whole at its end',
    ({ bytes }) => {
      const read = (keepsCutRecord: boolean) => {
        const sink = new CollectingSink();
        const options = { object: '', ingestedAt: 0, keepsCutRecord };
        const decoder = new ObjectDecoder(new Decoders(sink), options);
        decoder.push(bytes);
        decoder.end(true);
        sink.flush();
        return { rows: rowsOf(sink), problems: sink.problems };
      };
      expect(read(true)).toEqual(read(false));
    },
  );

  it.each(VECTORS)('$name: tiny chunks give what one gives', ({ bytes }) => {
    const whole = summary(decodeAll(bytes));
    for (const chunkBytes of [1, 13, 1000])
      expect(summary(decodeAll(bytes, { chunkBytes }))).toEqual(whole);
  });

  it.each(VECTORS)(
    '$name: what is cut are whole records, and cutting on moves on',
    ({ format, bytes }) => {
      for (let at = 0; at < bytes.length; at += 11) {
        const cut = format.cut(bytes.subarray(0, at), false);
        expect(cut).toBeLessThanOrEqual(at);
        expect(format.cut(bytes, false)).toBeGreaterThanOrEqual(cut);
      }
    },
  );
});

describe('truncation', () => {
  it.each(soundVectors)(
    '$name: every beginning keeps the records before the end',
    ({ format, bytes }) => {
      const whole = decodeNext(bytes, format).rows.map((r) => JSON.stringify(r));
      let previous = 0;
      for (let length = 1; length < bytes.length; length += length < 300 ? 1 : 3) {
        const rows = decodeNext(bytes.subarray(0, length), format).rows.map((r) =>
          JSON.stringify(r),
        );
        // The last line of a text may itself be cut, so only the rows before the last are compared.
        const sure = Math.max(0, rows.length - 1);
        expect(rows.slice(0, sure), `first ${length} bytes`).toEqual(whole.slice(0, sure));
        expect(rows.length, `first ${length} bytes`).toBeGreaterThanOrEqual(previous - 1);
        previous = rows.length;
      }
    },
  );
});

/** Three records with one row each, in the format; the rows are told apart by their source ports (the canary's by
 * their numbers) 1, 2 and 3. */
const THREE: Readonly<Record<string, readonly [string, string, string, string, string]>> = {
  'azure-vnet': three(
    '{"records":[',
    ',\n',
    ']}',
    (n) =>
      `{"time":"2026-03-04T10:0${n}:12.1Z","flowLogVersion":4,"macAddress":"0022480A0B0C","targetResourceID":"/subscriptions/s/virtualNetworks/v","flowRecords":{"flows":[{"aclID":"a","flowGroups":[{"rule":"UserRule_r","flowTuples":["1772618412001,10.0.0.1,10.0.0.9,${n},443,6,O,C,NX,1,2,3,4"]}]}]}}`,
  ),
  'azure-nsg': three(
    '{"records":[',
    ',\n',
    ']}',
    (n) =>
      `{"time":"2026-03-04T10:0${n}:12Z","systemId":"x","category":"NetworkSecurityGroupFlowEvent","resourceId":"/S","properties":{"Version":2,"flows":[{"rule":"UserRule_a","flows":[{"mac":"0022480A0B0C","flowTuples":["1772618421,10.20.1.4,203.0.113.9,${n},443,T,O,A,C,1,2,3,4"]}]}]}}`,
  ),
  'aws-vpc': three(
    'version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status\n',
    '\n',
    '\n',
    (n) =>
      `2 012345678901 eni-0a1b 10.30.1.7 203.0.113.40 ${n} 443 6 21 3120 1772618400 1772618458 ACCEPT OK`,
  ),
  'gcp-vpc': three(
    '[',
    ',\n',
    ']',
    (n) =>
      `{"insertId":"b${n}","jsonPayload":{"reporter":"DEST","connection":{"protocol":17,"src_ip":"10.40.0.5","src_port":${n},"dest_ip":"10.40.0.53","dest_port":53},"bytes_sent":"70","start_time":"2026-03-04T10:00:01.2Z"},"logName":"projects/p/logs/compute.googleapis.com%2Fvpc_flows"}`,
  ),
  'weir-canary': three('', '\n', '\n', (n) => `weir-canary 1 a1b2 ${n} 2026-03-04T10:00:0${n}Z`),
};

const numberOf = (row: Row) => row['SrcPort'] ?? row['Number'];

function three(head: string, separator: string, tail: string, record: (n: number) => string) {
  return [
    head + record(1) + separator,
    record(2),
    separator + record(3) + tail,
    head,
    tail,
  ] as const;
}

function mutate(record: Uint8Array, random: (below: number) => number): Uint8Array {
  let bytes = [...record];
  for (let edits = 1 + random(3); edits > 0; edits--) {
    const at = random(bytes.length);
    const kind = random(5);
    if (kind === 0) bytes[at] = random(256);
    else if (kind === 1) bytes.splice(at, 1 + random(4));
    else if (kind === 2) bytes.splice(at, 0, '"\\{}[],:0 \n\0'.charCodeAt(random(12)));
    else if (kind === 3) bytes = bytes.slice(0, at);
    else bytes.splice(at, 0, ...bytes.slice(at, at + random(40)));
    if (bytes.length === 0) break;
  }
  return Uint8Array.from(bytes);
}

describe('mutations of one record', () => {
  it.each(FORMATS)('$name keeps its neighbours, and counts what it loses', (format) => {
    const [before, middle, after] = THREE[format.name]!;
    const random = randomFrom(20260304);
    const encoder = new TextEncoder();
    const record = encoder.encode(middle);
    for (let i = 0; i < 2000; i++) {
      const changed = mutate(record, random);
      const bytes = Buffer.concat([encoder.encode(before), changed, encoder.encode(after)]);
      const { rows, problems } = decodeNext(bytes, format);
      const shown = `mutation ${i}: ${JSON.stringify(new TextDecoder().decode(changed))}`;
      const ports = rows.map(numberOf);
      expect(ports, shown).toContain(1);
      expect(ports, shown).toContain(3);
      const blank = changed.every((c) => c <= 0x20 || c === 0x2c);
      if (rows.length < 3 && !blank) expect(problems.length, shown).toBeGreaterThan(0);
      for (const problem of problems) expect(problem.offset).toBeLessThanOrEqual(bytes.length);
      expect(decodeNext(bytes, format, carefulDecoders), shown).toEqual({ rows, problems });
    }
  });
});

describe('lines', () => {
  it('are each a row or a problem, however they are changed', () => {
    const format = formatsByName.get('aws-vpc')!;
    const [before, middle, after, header] = THREE['aws-vpc']!;
    const random = randomFrom(77);
    const whole = new TextEncoder().encode(before + middle + after);
    const body = whole.subarray(header.length);
    for (let i = 0; i < 2000; i++) {
      const changed = mutate(body, random);
      const { rows, problems } = decodeNext(Buffer.concat([Buffer.from(header), changed]), format);
      const lines = new TextDecoder('latin1').decode(changed).split('\n');
      const counted = lines.filter((line) => /[^ \r]/.test(line) && `${line}\n` !== header);
      expect(rows.length + problems.length, JSON.stringify(lines)).toBe(counted.length);
    }
  });
});

describe('a byte order mark', () => {
  it.each(FORMATS)('$name is passed over', (format) => {
    const [before, middle, after] = THREE[format.name]!;
    const bytes = new TextEncoder().encode(`\ufeff${before}${middle}${after}`);
    const decoded = decodeAll(bytes);
    expect(decoded.problems).toEqual([]);
    expect(decoded.state?.format).toBe(format.name);
    expect(rowsOf(decoded).map(numberOf)).toEqual([1, 2, 3]);
  });
});

describe('hostile input', () => {
  const mega = 1024 * 1024;
  const cases: [string, string | Uint8Array][] = [
    ['deep arrays', '['.repeat(mega)],
    ['deep objects', '{"a":'.repeat(mega / 4)],
    ['deep records', '{"records":['.repeat(mega / 8)],
    ['zeros', new Uint8Array(4 * mega)],
    ['quotes', '"'.repeat(mega)],
    ['backslashes', `{"records":["${'\\'.repeat(mega)}`],
    ['small objects', '{"x":1}'.repeat(mega / 8)],
    ['broken objects', '{"x":}'.repeat(mega / 8)],
    ['broken objects, one a line', '{"x":"}\n'.repeat(mega / 8)],
    ['open braces and quotes', '{"'.repeat(mega / 2)],
    ['record beginnings', '{"time":'.repeat(mega / 32)],
    ['record beginnings of entries', '{"insertId":"'.repeat(mega / 32)],
    ['one long line', `2 ${'1'.repeat(4 * mega)}`],
    ['many spaces', ' '.repeat(4 * mega)],
    ['many tokens', 'a '.repeat(2 * mega)],
    ['many newlines', '\n'.repeat(2 * mega)],
    [
      'many tuples without an end',
      `{"records":[{"time":"x","flowRecords":{"flows":[{"flowGroups":[{"flowTuples":[${'"1,'.repeat(mega / 4)}`,
    ],
    [
      'many bad tuples',
      `{"records":[{"time":"x","flowRecords":{"flows":[{"flowGroups":[{"rule":"r","flowTuples":[${'"1772618400000,x",'.repeat(mega / 16)}"1"]}]}]}}]}`,
    ],
    ['not UTF-8', new Uint8Array(mega).fill(0xff)],
  ];
  for (const format of FORMATS)
    it.each(cases)(`${format.name}: %s ends soon`, (_, input) => {
      const bytes = typeof input === 'string' ? new TextEncoder().encode(input) : input;
      const began = performance.now();
      const { rows } = decodeNext(bytes, format);
      expect(performance.now() - began).toBeLessThan(5000);
      expect(rows).toEqual([]);
    });

  it.each(['1e300', '1e17', '-1', '"x"', 'null'])(
    'aws-vpc: an event time of %s is none',
    (time) => {
      const { rows, problems } = decodeNext(eventAt(time), formatsByName.get('aws-vpc')!);
      expect(rows).toEqual([]);
      expect(problems.map((p) => p.code)).toEqual(['bad-time']);
    },
  );

  it('aws-vpc: an event time is whole microseconds', () => {
    const { rows } = decodeNext(eventAt('1772618400000.1234'), formatsByName.get('aws-vpc')!);
    expect(rows.map((r) => r['TimeGenerated'])).toEqual(['2026-03-04T10:00:00.000123Z']);
  });

  it.each([...formatsByName.values()])(
    '$name: special keys and huge numbers are data',
    (format) => {
      const [before, middle, after] = THREE[format.name]!;
      for (const hostile of [
        middle.replace(/\b2\b/, '1e999'),
        middle.replace(
          '{',
          '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},',
        ),
        middle.replace(/[0-9]{4,}/, '9'.repeat(400)),
        middle.replace(/[a-z]/, '\0'),
      ]) {
        const { rows } = decodeNext(new TextEncoder().encode(before + hostile + after), format);
        expect(rows.map(numberOf)).toEqual(expect.arrayContaining([1, 3]));
      }
      expect(({} as Row)['polluted']).toBeUndefined();
    },
  );
});

/** An event of CloudWatch whose record has no time of its own. */
function eventAt(time: string): Uint8Array {
  const line = '2 123456789012 eni-0a 10.0.0.1 10.0.0.2 443 55555 6 10 840 - - ACCEPT OK';
  return new TextEncoder().encode(
    `{"logEvents":[{"id":"1","timestamp":${time},"message":"${line}"}]}`,
  );
}
