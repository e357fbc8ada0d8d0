import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bench, openBench } from './fixture.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

/** Values at the edges of each type, in an order; nulls and empty texts among them. */
const ROWS = `datatable(N:long, L:long, M:long, I:int, R:real, Q:real, B:bool, S:string, U:string, At:datetime, P:timespan, D:dynamic)[
  1, 5, 3, 7, 1.5, 0.1, true, "web-01 GET", "web", datetime(2026-03-04T10:11:12.5Z), 90m, dynamic({"a":[1,2.5],"b":"x"}),
  2, -7, 2, -7, -2.5, 3.0, false, "Öl/äpfel", "L/", datetime(2024-02-29), -1s, dynamic("text"),
  3, long(null), 4, int(null), real(null), 2.0, bool(null), "", "a", datetime(null), timespan(null), dynamic(null),
  4, 9223372036854775807, 1, 2147483647, 1e300, -1e10, true, "1.5", "5", datetime(1601-01-01), 10000d, dynamic(12),
  5, -9223372036854775807, 0, 0, 0.0, 0.0, false, " 42 ", "", datetime(9999-12-31), 1tick, dynamic([true,null]),
  6, 100, -3, 12, real(nan), 1.0, true, "{\\"a\\":1}", "A", datetime(2026-01-01), 1d, dynamic(3.75),
  7, 0, 7, 1, real(+inf), 7.5, true, "😀b", "ﬀ", datetime(1970-01-01), 0s, dynamic({"a":7}),
  8, 1, 1, 1, 1.0, 1.0, true, "end", "end", datetime(2000-01-01), 1h, dynamic("5")]`;

/** Types by the letter of a column. */
const EXPRESSIONS: readonly (readonly [type: string, expression: string])[] = [
  ...['L + M', 'L - M', 'L * M', 'L / M', 'L % M', '-L', 'abs(M)', 'bin(L, 10)', 'L + I'].map(
    (e) => ['long', e] as const,
  ),
  ...['R + Q', 'R - L', 'R * Q', 'R / Q', 'Q % 2.0', '-R', 'abs(Q)', 'bin(Q, 0.25)'].map(
    (e) => ['real', e] as const,
  ),
  ...['sqrt(R)', 'exp(Q)', 'log(Q)', 'log10(Q)', 'round(Q, 1)', 'floor(Q, 1)', 'ceiling(Q)'].map(
    (e) => ['real', e] as const,
  ),
  ...['pow(Q, 2)', 'toreal(S)', 'toreal(D)', 'toreal(L)', 'P / 1h', 'toreal(B)'].map(
    (e) => ['real', e] as const,
  ),
  ...[
    'At + P',
    'bin(At, 1h)',
    'startofday(At)',
    'todatetime(S)',
    'At - 5m',
    'min_of(At, now())',
  ].map((e) => ['datetime', e] as const),
  ...[
    'At - datetime(2020-01-01)',
    'P + 1m',
    'P * 2',
    'bin(P, 7m)',
    'totimespan(U)',
    'dayofweek(At)',
  ].map((e) => ['timespan', e] as const),
  ...[
    'L == M',
    'L != M',
    'L < M',
    'R >= Q',
    'S == U',
    'S != U',
    'S < U',
    'At > datetime(2020-01-01)',
  ].map((e) => ['bool', e] as const),
  ...[
    'L == 5',
    'R == 1.5',
    'B == true',
    'D == "text"',
    'D != 12',
    'R > L',
    'isnull(L)',
    'isempty(D)',
  ].map((e) => ['bool', e] as const),
  ...['B and L > 0', 'B or L > 0', 'not(B)', 'L between (0 .. 10)', 'At between (At .. 1h)'].map(
    (e) => ['bool', e] as const,
  ),
  ...[
    'S =~ "WEB-01 get"',
    'S has "web"',
    'S !has "web"',
    'S contains U',
    'S startswith U',
    'S endswith_cs "GET"',
  ].map((e) => ['bool', e] as const),
  ...[
    'S hasprefix "we"',
    'L in (5, 100)',
    'S !in ("end")',
    'S in~ ("END")',
    'S matches regex "[0-9]+"',
  ].map((e) => ['bool', e] as const),
  ...['isnan(R)', 'tobool(S)', 'isnotempty(S)', 'coalesce(B, false)', 'ipv4_is_private(S)'].map(
    (e) => ['bool', e] as const,
  ),
  ...[
    'strcat(S, U, L, B, At, P, R)',
    'tolower(S)',
    'toupper(U)',
    'replace_string(S, "e", "_")',
  ].map((e) => ['string', e] as const),
  ...[
    'tostring(D)',
    'tostring(At)',
    'tostring(P)',
    'tostring(R)',
    'substring(S, 1, 3)',
    'tostring(D.a)',
  ].map((e) => ['string', e] as const),
  ...[
    'case(L > 5, "a", B, S, "z")',
    'iff(B, S, U)',
    'coalesce(S, U)',
    'format_datetime(At, "yy-MM-dd")',
  ].map((e) => ['string', e] as const),
  ...[
    'tolong(R)',
    'tolong(S)',
    'tolong(D)',
    'tolong(B)',
    'strlen(S)',
    'max_of(L, M)',
    'min_of(L, M)',
  ].map((e) => ['long', e] as const),
  ...[
    'binary_and(L, M)',
    'binary_xor(L, 6)',
    'coalesce(L, M)',
    'datetime_diff("day", At, datetime(2020-01-01))',
    'sign(Q)',
  ].map((e) => ['long', e] as const),
  ...[
    'toint(R)',
    'toint(L)',
    'hourofday(At)',
    'getyear(At)',
    'dayofyear(At)',
    'monthofyear(At)',
  ].map((e) => ['int', e] as const),
  ...[
    'D.a',
    'D["b"]',
    'pack_array(L, S, B)',
    'todynamic(S)',
    'array_concat(D.a, pack_array(M))',
  ].map((e) => ['dynamic', e] as const),
];

const COLUMN = /\b(L|M|I|R|Q|B|S|U|At|P|D)\b(?![("])/g;

/** Numbers to the digits that every library of mathematics agrees on. */
const shown = (value: unknown) =>
  typeof value === 'number' && !Number.isInteger(value) ? value.toPrecision(12) : value;

describe('scan computes as the engine does', () => {
  it.each(EXPRESSIONS)('%s: %s', async (type, expression) => {
    const quoted = expression.split(/("[^"]*")/);
    const over = (name: (column: string) => string) =>
      quoted.map((part, i) => (i % 2 === 0 ? part.replace(COLUMN, (c) => name(c)) : part)).join('');
    const query = `${ROWS} | sort by N asc | extend native = ${over((c) => `prev(${c})`)}
      | scan declare (walked:${type}) with (step a: true => walked = ${over((c) => `a.${c}`)};)
      | where N > 1 | project N, native, walked`;
    const rows = await bench.rows(query);
    expect(rows.map((r) => shown(r[2]))).toEqual(rows.map((r) => shown(r[1])));
    expect(rows).toHaveLength(7);
  });
});

describe('scan', () => {
  it('walks many rows in one go', async () => {
    const query = `range n from 1 to 60000 step 1 | sort by n asc | scan declare (s:long = 0) with (step a: true => s = n + a.s;) | summarize max(s), count()`;
    expect(await bench.rows(query)).toEqual([[1800030000, 60000]]);
  });

  it('keeps partitions apart', async () => {
    const query = `range n from 1 to 9 step 1 | sort by n asc | scan partition by tostring(n % 3) declare (s:string) with (step a: true => s = strcat(a.s, n);) | where n > 6 | project n, s | sort by n asc`;
    expect(await bench.rows(query)).toEqual([
      [7, '147'],
      [8, '258'],
      [9, '369'],
    ]);
  });

  it('gives nothing of no rows', async () => {
    const query = `range n from 1 to 9 step 1 | where n > 10 | sort by n asc | scan declare (s:long = 0) with (step a: true => s = n + a.s;)`;
    expect(await bench.rows(query)).toEqual([]);
  });

  it('refuses, with its position, what only an engine computes', () => {
    const query = `print n = 1 | sort by n asc | scan declare (s:real) with (step a: true => s = rand(a.n);)`;
    const { code, message, start } = bench.refusal(query);
    expect([code, start]).toEqual(['unsupported', query.indexOf('rand')]);
    expect(message).toContain('rand()');
  });
});
