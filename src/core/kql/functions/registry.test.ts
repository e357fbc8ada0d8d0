import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { KqlType } from '../../schema/index.ts';
import type { HostValue } from '../dialect/dialect.ts';
import { isOutgrown } from '../limits.ts';
import { type HostSpec, isHostRow } from './host.ts';
import { FUNCTIONS } from './index.ts';
import { bounded } from './registry.ts';

const LAST_TICK = 3_155_378_975_999_999_999n;
const FAR_TIMESPAN = `${'9'.repeat(400)}.5d`;
const WHOLE: readonly HostValue[] = [
  ...[null, 0, 1, -1, 64, 86_400, 2 ** 53 - 1, 2n ** 63n - 1n, -(2n ** 63n), LAST_TICK],
];
const REAL: readonly HostValue[] = [
  ...[null, 0, -1, 1.5, Number.NaN, Infinity, -Infinity, 1e300, -1e300, 1e19],
];
const TEXT: readonly HostValue[] = [
  ...[null, '', 'a', '1', '-1', '1e400', 'NaN', '9223372036854775807', FAR_TIMESPAN],
  ...['day', 'nanosecond', 'UTC', 'US/Pacific', 'yyyy-MM-dd', '2020-01-01', '(', '{"a":1}'],
  ...['[1,2,3]', '[1e999,-5]', '[[1e999,2],[3,4]]', '10.0.0.1/33', '::1/128'],
  '{"type":"Point","coordinates":[1e308,1e308]}',
];

/** What a row may hold that is at an end of its type, or of none that a function looks for. */
const VALUES: Readonly<Record<KqlType, readonly HostValue[]>> = {
  string: TEXT,
  dynamic: TEXT,
  guid: TEXT,
  long: WHOLE,
  int: WHOLE,
  datetime: WHOLE,
  timespan: WHOLE,
  real: REAL,
  decimal: REAL,
  bool: [null, true, false],
};

const argumentsOf = ({ takes, rest }: HostSpec) =>
  fc
    .tuple(
      fc.tuple(...takes.map((type) => fc.constantFrom(...VALUES[type]))),
      fc.array(fc.constantFrom(...VALUES[rest ?? 'string']), { maxLength: rest ? 4 : 0 }),
    )
    .map((all) => all.flat());

/** What only printers call gets what printers make: texts of their own, and arrays as long as a series may be. */
const PRINTED = new Set(['axis', 'axis_real', 'gather', 'range_ticks']);
const CALLS = [...FUNCTIONS.values()].flatMap((row) => {
  if (!isHostRow(row) || !row.spec.call) return [];
  const { name, call } = row.spec;
  return name.startsWith('$') || PRINTED.has(name) ? [] : [{ name, call, spec: row.spec }];
});
const callOf = (name: string) => CALLS.find((c) => c.name === name)!.call;

describe('a function throws for no value of its types', () => {
  it.each(CALLS)('$name', ({ spec, call }) =>
    fc.assert(
      fc.property(argumentsOf(spec), (values) => {
        try {
          call(...values);
        } catch (error) {
          if (!isOutgrown(error)) throw error;
        }
      }),
      { numRuns: 100, seed: 7 },
    ),
  );
});

test.each<[string, HostValue[]]>([
  ['make_timespan', [Infinity, 0, 0, 0]],
  ['make_datetime', [2020, 1, LAST_TICK, 0, 0, 0]],
  ['make_datetime', [2020, 1, 1, 0, 0, Number.NaN]],
  ['unixtime_seconds_todatetime', [1e305]],
  ['series_fit_poly', ['[1,2,3]', '', 100_000]],
])('%s has no value of what is out of range', (name, values) => {
  expect(callOf(name)(...values)).toBeNull();
});

describe('what is registered with an engine', () => {
  const registered = (call: () => HostValue) =>
    bounded({ name: 'f', args: [], returns: 'text', call }).call();

  it('has no value where JSON is nested too deeply to be walked, or a text would be too long', () => {
    const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
    expect(registered(() => callOf('treepath')(deep))).toBeNull();
    expect(registered(() => callOf('tohex')(1, 2 ** 40))).toBeNull();
  });

  it('does not hide a mistake of ours', () => {
    expect(() => registered(() => String(new Array(-1)))).toThrow('Invalid array length');
  });
});
