import { describe, expect, it } from 'vitest';
import { parseNetwork, printIpv6 } from './address.ts';
import { addPart, diffParts, formatDatetime, isoWeek, startOf } from './calendar.ts';
import { parseDatetime, parseTimespan, printDatetimeTicks, printTimespan } from './datetime.ts';
import { dynamicToJson } from './dynamic-literal.ts';
import { compileRegex } from './regex.ts';
import { hasTerm } from './terms.ts';
import { parseKv } from './text-parse.ts';
import { parseLong, printReal } from './value.ts';

const at = (text: string): bigint => parseDatetime(text) ?? -1n;

describe('instants and timespans', () => {
  it.each([
    ['2026-03-04', '2026-03-04T00:00:00.0000000Z'],
    ['2026-03-04T05:06:07.1234567Z', '2026-03-04T05:06:07.1234567Z'],
    ['2026-03-04T05:06:07+02:00', '2026-03-04T03:06:07.0000000Z'],
    ['02/17/2016 08:40:01', '2016-02-17T08:40:01.0000000Z'],
    ['1 Mar 2026 10:00', '2026-03-01T10:00:00.0000000Z'],
    ['0001-01-01', '0001-01-01T00:00:00.0000000Z'],
  ])('reads %s', (text, printed) => expect(printDatetimeTicks(at(text))).toBe(printed));

  it.each(['2026-02-30', '2026-13-01', 'soon', '', '10000-01-01'])('does not read %j', (text) =>
    expect(parseDatetime(text)).toBeNull(),
  );

  it.each([
    ['1.02:03:04.5', '1.02:03:04.5000000'],
    ['-00:00:01', '-00:00:01'],
    ['2', '2.00:00:00'],
    ['90m', '01:30:00'],
  ])('timespan %s', (text, printed) =>
    expect(printTimespan(parseTimespan(text) ?? 0n)).toBe(printed),
  );

  it('counts on the calendar', () => {
    expect(printDatetimeTicks(addPart(at('2024-01-31'), 'month', 1)!)).toBe(
      '2024-02-29T00:00:00.0000000Z',
    );
    expect(printDatetimeTicks(startOf(at('2026-03-04'), 'week'))).toBe(
      '2026-03-01T00:00:00.0000000Z',
    );
    expect(diffParts('month', at('2026-01-01'), at('2025-11-30'))).toBe(2n);
    expect(isoWeek(at('2027-01-01'))).toBe(53);
    expect(formatDatetime(at('2026-03-04 15:06:07.1200000'), 'yy-MM-dd [hh:mm:ss.fff tt]')).toBe(
      '26-03-04 [03:06:07.120 PM]',
    );
  });
});

describe('terms', () => {
  it.each([
    ['one two', 'two', true],
    ['one twofold', 'two', false],
    ['a_b', 'b', true],
    ['Ärger über', 'über', true],
    ['10.0.0.12', '10.0.0.1', false],
    ['x', '', true],
  ])('%j has %j', (text, term, expected) =>
    expect(hasTerm(text, term, false, 'both')).toBe(expected),
  );
});

describe('values', () => {
  it.each([
    ["{'a': 1, 'b': ['x', null, 2.5]}", '{"a":1,"b":["x",null,2.5]}'],
    ['[datetime(2026-01-01), 1d]', '["2026-01-01T00:00:00.0000000Z","1.00:00:00"]'],
    ['"plain"', '"plain"'],
  ])('dynamic(%s)', (text, json) => expect(dynamicToJson(text)).toBe(json));

  it('does not read half a literal', () => expect(dynamicToJson('{"a":')).toBeNull());

  it('reads and prints numbers as the engine does', () => {
    expect([
      parseLong('12'),
      parseLong('0x10'),
      parseLong('1.5'),
      parseLong('9223372036854775808'),
    ]).toEqual([12n, 16n, null, null]);
    expect([printReal(1), printReal(0.1), printReal(1e20), printReal(Number.NaN)]).toEqual([
      '1.0',
      '0.1',
      '1E+20',
      'NaN',
    ]);
  });

  it('knows addresses', () => {
    expect(parseNetwork('10.0.0.0/8', 4)).toEqual({ bits: 32, value: 167772160n, prefix: 8 });
    expect(parseNetwork('10.0.0.256', 4)).toBeNull();
    expect(printIpv6(parseNetwork('2001:db8::1', 6)!.value)).toBe(
      '2001:0db8:0000:0000:0000:0000:0000:0001',
    );
  });

  it('takes RE2 patterns', () => {
    expect(compileRegex('(?i)(?P<n>ab)', '').exec('xAB')?.groups?.['n']).toBe('AB');
    expect(compileRegex('(', '').test('(')).toBe(false);
  });

  it('opens pairs', () => {
    const options = JSON.stringify({ pair_delimiter: ' ', kv_delimiter: '=', quote: '"' });
    expect(parseKv('a=1 b="two words" a=3', options, '["a","b"]')).toEqual({
      a: '1',
      b: 'two words',
    });
  });
});
