import type { FunctionGroup, HostValue } from '../dialect/dialect.ts';
import { quoteText, toBool } from '../dialect/duckdb.ts';
import { betaCdf } from '../runtime/beta.ts';
import { utf8 } from '../runtime/binary.ts';
import { fitPolynomial, transform } from '../runtime/fourier.ts';
import {
  domainFromPunycode,
  domainToPunycode,
  fromPunycode,
  toPunycode,
} from '../runtime/punycode.ts';
import { seriesOf } from '../runtime/series.ts';
import { asNumber, asText, jsonText, parseJson, textOf } from '../runtime/value.ts';
import { xxhash64 } from '../runtime/xxhash.ts';
import { type HostSpec, hosts } from './host.ts';

/** Functions of the reference that are seldom used. */

const one = (
  name: string,
  call: (text: string) => HostValue,
  gives: HostSpec['gives'] = 'string',
): HostSpec => ({
  name,
  takes: ['string'],
  gives,
  call: (t) => call(asText(t)),
});

const UNITS = ['Bytes', 'KB', 'MB', 'GB', 'TB', 'PB', 'EB'];

function formatBytes(value: number, precision: number, unit: string): string {
  let size = Math.abs(value);
  let at =
    unit === ''
      ? 0
      : Math.max(
          0,
          UNITS.findIndex((u) => u.toLowerCase() === unit.toLowerCase()),
        );
  if (unit === '')
    while (size >= 1024 && at < UNITS.length - 1) {
      size /= 1024;
      at++;
    }
  else size /= 1024 ** at;
  const scale = 10 ** precision;
  return `${Math.sign(value) * (Math.round(size * scale) / scale)} ${UNITS[at]}`;
}

function translate(search: string, replacement: string, source: string): string {
  const [from, to] = [[...search], [...replacement]];
  return [...source]
    .map((c) => {
      const at = from.indexOf(c);
      return at < 0 ? c : to.length === 0 ? '' : (to[at] ?? to.at(-1)!);
    })
    .join('');
}

function fourier(args: readonly HostValue[], isInverse: boolean): string | null {
  const real = seriesOf(parseJson(args[0] ?? null));
  const imaginary = seriesOf(parseJson(args[1] ?? null)) ?? [];
  if (!real) return null;
  const out = transform(
    real.map((v) => v ?? 0),
    imaginary.map((v) => v ?? 0),
    isInverse,
  );
  return jsonText([out.real, out.imaginary]);
}

/** The sums of powers of so high a degree are beyond numbers, and their table beyond memory. */
const HIGHEST_DEGREE = 100;

function fitPoly(args: readonly HostValue[]): string | null {
  const y = seriesOf(parseJson(args[0] ?? null));
  if (!y) return null;
  const given = parseJson(args[1] ?? null);
  const degree = typeof given === 'number' ? given : (asNumber(args[2]) ?? 1);
  if (degree > HIGHEST_DEGREE) return null;
  const x = seriesOf(given) ?? y.map((_, i) => i);
  const ys = y.map((v) => v ?? 0);
  const coefficients = fitPolynomial(
    x.map((v) => v ?? 0),
    ys,
    degree,
  );
  const fit = x.map((v) => coefficients.reduce((sum, c) => sum * (v ?? 0) + c, 0));
  const mean = ys.reduce((s, v) => s + v, 0) / Math.max(1, ys.length);
  const total = ys.reduce((s, v) => s + (v - mean) ** 2, 0);
  const residual = ys.reduce((s, v, i) => s + (v - fit[i]!) ** 2, 0);
  const n = Math.max(1, ys.length - 1);
  return jsonText([
    total === 0 ? 1 : 1 - residual / total,
    coefficients,
    total / n,
    residual / n,
    fit,
  ]);
}

/** The p-value of two samples having the same mean, where their variances may differ. */
function welch(m1: number, v1: number, n1: number, m2: number, v2: number, n2: number): number {
  const [a, b] = [v1 / n1, v2 / n2];
  const t = (m1 - m2) / Math.sqrt(a + b);
  const freedom = (a + b) ** 2 / (a ** 2 / (n1 - 1) + b ** 2 / (n2 - 1));
  return betaCdf(freedom / (freedom + t * t), freedom / 2, 0.5);
}

const text = (value: string) => ({ returns: 'string' as const, duckdb: () => quoteText(value) });

const nowhere = {
  returns: 'guid' as const,
  duckdb: () => quoteText('00000000-0000-0000-0000-000000000000'),
};

export const extraFunctions: FunctionGroup = {
  assert: {
    returns: 'bool',
    duckdb: ([test, message]) =>
      `CASE WHEN ${toBool(test!)} THEN true ELSE error(${message!.sql}) END`,
  },
  current_database: text('weir'),
  // Rows belong to no extents here, as those of datatable in Kusto do.
  extent_id: nowhere,
  extentid: nowhere,
  extent_tags: { returns: 'dynamic', duckdb: () => quoteText('[]') },
  current_cluster_endpoint: text('weir'),
  ...hosts([
    one('to_utf8', (t) => jsonText([...t].map((c) => c.codePointAt(0) ?? 0)), 'dynamic'),
    one('regex_quote', (t) => t.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')),
    one('punycode_to_string', (t) => fromPunycode(t) ?? ''),
    one('punycode_from_string', toPunycode),
    one('punycode_domain_from_string', domainToPunycode),
    one('punycode_domain_to_string', domainFromPunycode),
    {
      name: 'translate',
      takes: ['string', 'string', 'string'],
      gives: 'string',
      call: (a, b, c) => translate(asText(a), asText(b), asText(c)),
    },
    {
      name: 'has_any_index',
      takes: ['string', 'dynamic'],
      gives: 'long',
      call: (t, list) => {
        const words = new Set(
          asText(t)
            .toLowerCase()
            .match(/[\p{L}\p{N}]+/gu) ?? [],
        );
        const value = parseJson(list ?? null);
        return Array.isArray(value)
          ? value.findIndex((v) => words.has(textOf(v).toLowerCase()))
          : -1;
      },
    },
    {
      name: 'repeat',
      takes: ['dynamic', 'long'],
      gives: 'dynamic',
      call: (v, n) => {
        const count = asNumber(n) ?? 0;
        return count < 0
          ? null
          : `[${Array.from({ length: Math.min(count, 100_000) }, () => asText(v ?? 'null')).join(',')}]`;
      },
    },
    {
      name: 'format_bytes',
      takes: ['real', 'long', 'string'],
      gives: 'string',
      call: (v, p, u) => {
        const value = asNumber(v);
        return value === null ? '' : formatBytes(value, asNumber(p) ?? 0, asText(u));
      },
    },
    {
      name: 'hash_many',
      takes: [],
      rest: 'string',
      gives: 'long',
      call: (...args) =>
        args.reduce<bigint>(
          (h, a) => BigInt.asIntN(64, h * 31n + xxhash64(utf8(asText(a)), 0n)),
          0n,
        ),
    },
    {
      name: 'hash_combine',
      takes: [],
      rest: 'long',
      gives: 'long',
      call: (...args) =>
        args.reduce<bigint>((h, a) => BigInt.asIntN(64, h * 31n + BigInt(asText(a) || 0)), 0n),
    },
    {
      name: 'series_fft',
      takes: ['dynamic', 'dynamic'],
      gives: 'dynamic',
      call: (...args) => fourier(args, false),
    },
    {
      name: 'series_ifft',
      takes: ['dynamic', 'dynamic'],
      gives: 'dynamic',
      call: (...args) => fourier(args, true),
    },
    {
      name: 'series_fit_poly',
      takes: ['dynamic', 'dynamic', 'long'],
      gives: 'dynamic',
      call: (...args) => fitPoly(args),
    },
    {
      name: 'welch_test',
      takes: ['real', 'real', 'long', 'real', 'real', 'long'],
      gives: 'real',
      call: (...args) => {
        const [m1, v1, n1, m2, v2, n2] = args.map((a) => asNumber(a) ?? 0);
        return welch(m1!, v1!, n1!, m2!, v2!, n2!);
      },
    },
    {
      name: 'datetime_list_timezones',
      takes: [],
      gives: 'dynamic',
      call: () => jsonText(Intl.supportedValuesOf('timeZone')),
    },
    {
      name: 'estimate_data_size',
      takes: [],
      rest: 'string',
      gives: 'long',
      call: (...args) => args.reduce<number>((n, a) => n + utf8(asText(a)).length, 0),
    },
  ]),
};
