import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { openBench } from './fixture.ts';

const bench = await openBench();
afterAll(() => bench.close());

const literal = (value: string) => JSON.stringify(value);
const dynamic = (json: string) => `dynamic(${json})`;

/** Each pair of expressions over `v` in one query: what the engine computes itself, and what JavaScript computes. */
async function agree(
  type: string,
  values: readonly string[],
  pairs: readonly (readonly [string, string])[],
) {
  const items = pairs.flatMap(([own, host], i) => [`own${i} = ${own}`, `host${i} = ${host}`]);
  const rows = await bench.rows(
    `datatable(v: ${type})[${values.join(', ')}] | project ${items.join(', ')}`,
  );
  for (const [at, row] of rows.entries())
    for (const [i, [own]] of pairs.entries())
      expect([values[at], own, row[2 * i]]).toEqual([values[at], own, row[2 * i + 1]]);
}

describe('what the engine computes itself is what JavaScript computes', { timeout: 60_000 }, () => {
  it('of IPv4 addresses however they are written', async () => {
    const octet = fc.oneof(
      fc.constantFrom('10', '172', '192', '168', '16', '31', '0', '255', '256', '007', ''),
      fc.nat(300).map(String),
    );
    const address = fc
      .tuple(octet, octet, octet, octet)
      .map((parts) => parts.join('.'))
      .chain((text) =>
        fc.constantFrom(
          text,
          text,
          text,
          ` ${text}`,
          `${text}/24`,
          `${text}/8`,
          `::ffff:${text}`,
          text.slice(1),
        ),
      );
    const ranges = [
      '10.0.0.0/8',
      '172.16.0.0/12',
      '192.168.4.0/22',
      '10.16.31.0/29',
      '10.1.2.3',
      '0.0.0.0/0',
      '128.0.0.0/1',
      'x',
    ];
    // A range that is computed leaves the constant path.
    const pairs = ranges.map(
      (range) =>
        [
          `ipv4_is_in_range(v, '${range}')`,
          `ipv4_is_in_range(v, strcat('${range}', substring(v, 0, 0)))`,
        ] as const,
    );
    const any = ranges.slice(0, 3);
    await fc.assert(
      fc.asyncProperty(fc.array(address, { minLength: 50, maxLength: 50 }), (texts) =>
        agree('string', ['', 'fe80::1', ...texts].map(literal), [
          ...pairs,
          // An address that is computed leaves the engine's own way.
          ['ipv4_is_private(v)', 'ipv4_is_private(strcat(v, substring(v, 0, 0)))'],
          [
            `ipv4_is_in_any_range(v, ${any.map((r) => `'${r}'`).join(', ')})`,
            `ipv4_is_in_any_range(v, ${any.map((r) => `strcat('${r}', substring(v, 0, 0))`).join(', ')})`,
          ],
        ]),
      ),
      { numRuns: 8 },
    );
  });

  it('of values inside a dynamic', async () => {
    const odd = fc.constantFrom(
      ...[
        '1.0',
        '12.75',
        '-0',
        '12345678901234567890',
        'true',
        'null',
        '"1.0"',
        '" 7 "',
        '"0x1F"',
        '"{x"',
        '"[1]"',
      ],
      ...[
        '{"c":[1,2.50]}',
        '[]',
        '"10.0.0.1"',
        '""',
        '"a\\"b\\u0001"',
        '"2026-03-04"',
        '"true"',
        '"é"',
        '"1e3"',
        '"+5"',
      ],
    );
    const plain = fc.oneof(
      fc.integer(),
      fc.integer().map((n) => n / 8),
      fc.string(),
      fc.array(fc.integer(), { maxLength: 3 }),
    );
    const value = fc.oneof(
      odd,
      odd,
      plain.map((v) => JSON.stringify(v)),
    );
    const whole = fc.oneof(
      value.map((json) => `{"a":{"b":${json}}}`),
      fc.constantFrom('{}', '{"a":1}', '[1]', '"text"', 'null'),
    );
    const [own, host] = ['v.a.b', 'v[strcat("a", "")][strcat("b", "")]'];
    await fc.assert(
      fc.asyncProperty(fc.array(whole, { minLength: 40, maxLength: 40 }), (jsons) =>
        agree(
          'dynamic',
          jsons.map(dynamic),
          [
            'tostring(@)',
            'tolong(@)',
            'toint(@)',
            'toreal(@)',
            '@ == "true"',
            '@ == "1"',
            '@ != "10.0.0.1"',
            'tostring(@) in ("", "é", "1.0")',
            'tostring(@) in~ ("TRUE", "x")',
            '@ > 5',
          ].map((text) => [text.replaceAll('@', own), text.replaceAll('@', host)] as const),
        ),
      ),
      { numRuns: 8 },
    );
  });
});
