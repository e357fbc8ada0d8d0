import type { Arg, FunctionGroup, FunctionRow } from '../dialect/dialect.ts';
import { convert, toLong, toReal } from '../dialect/duckdb.ts';
import { betaCdf, betaInverse, betaPdf } from '../runtime/beta.ts';
import { erf, gamma, logGamma } from '../runtime/special.ts';
import { convertUnit } from '../runtime/units.ts';
import { asNumber, asText } from '../runtime/value.ts';
import { type HostSpec, hosts } from './host.ts';

function real(engine: (x: string) => string): FunctionRow {
  return { returns: 'real', duckdb: ([a]) => engine(toReal(a!)) };
}

/** Outside of the function's domain stands NaN, where DuckDB would fail. */
function guarded(name: string, domain: (x: string) => string): FunctionRow {
  return real(
    (x) =>
      `CASE WHEN ${domain(x)} THEN ${name}(${x}) WHEN ${x} IS NULL THEN NULL ELSE 'nan'::DOUBLE END`,
  );
}

function logarithm(name: string): FunctionRow {
  return real(
    (x) =>
      `CASE WHEN ${x} > 0 THEN ${name}(${x}) WHEN ${x} = 0 THEN '-infinity'::DOUBLE WHEN ${x} IS NULL THEN NULL ELSE NULL END`,
  );
}

function extreme(engine: 'greatest' | 'least'): FunctionRow {
  return {
    duckdb: (args, { type }) => {
      const values = args.map((a) => convert(a, type));
      const sql = `${engine}(${values.join(', ')})`;
      // The engine ranks NaN above all numbers; in KQL it wins on both sides.
      const mayBeNan = args.flatMap((a, i) =>
        a.type === 'real' && (!a.literal || a.literal.value === 'nan') ? [values[i]!] : [],
      );
      if (engine === 'greatest' || mayBeNan.length === 0) return sql;
      return `CASE WHEN ${mayBeNan.map((v) => `isnan(${v})`).join(' OR ')} THEN 'nan'::DOUBLE ELSE ${sql} END`;
    },
  };
}

const whole = (a: Arg) => a.type === 'long' || a.type === 'int' || a.type === 'timespan';

function bits(operator: string): FunctionRow {
  return { returns: 'long', duckdb: ([a, b]) => `(${toLong(a!)} ${operator} ${toLong(b!)})` };
}

function numeric(name: string, call: (...x: number[]) => number, arity = 1): HostSpec {
  return {
    name,
    takes: Array.from({ length: arity }, () => 'real' as const),
    gives: 'real',
    call: (...args) => {
      const numbers = args.map((a) => asNumber(a));
      return numbers.some((n) => n === null) ? null : call(...(numbers as number[]));
    },
  };
}

function unit(family: string): HostSpec {
  return {
    name: `convert_${family}`,
    takes: ['real', 'string', 'string'],
    gives: 'real',
    call: (value, from, to) => {
      const number = asNumber(value);
      return number === null ? null : convertUnit(family, number, asText(from), asText(to));
    },
  };
}

export const mathFunctions: FunctionGroup = {
  abs: {
    duckdb: ([a], { type }) => {
      if (type === 'long' || a!.type === 'int') return `abs(${toLong(a!)})`;
      return `abs(${whole(a!) ? a!.sql : convert(a!, type === 'dynamic' ? 'real' : type)})`;
    },
  },
  sign: { returns: 'long', duckdb: ([a]) => `sign(${toReal(a!)})::BIGINT` },
  round: {
    duckdb: ([a, digits]) => {
      const [x, d] = [toReal(a!), digits ? toLong(digits) : '0'];
      return digits ? `weir_round(${x}, ${d})` : `weir_round(${x}, 0)`;
    },
  },
  floor: {
    duckdb: ([a], { type }) =>
      type === 'long' || type === 'int' ? toLong(a!) : `floor(${toReal(a!)})`,
  },
  ceiling: {
    duckdb: ([a], { type }) =>
      type === 'long' || type === 'int' ? toLong(a!) : `ceil(${toReal(a!)})`,
  },
  sqrt: guarded('sqrt', (x) => `${x} >= 0`),
  exp: real((x) => `exp(${x})`),
  exp2: real((x) => `pow(2, ${x})`),
  exp10: real((x) => `pow(10, ${x})`),
  log: logarithm('ln'),
  log2: logarithm('log2'),
  log10: logarithm('log10'),
  sin: guarded('sin', (x) => `isfinite(${x})`),
  cos: guarded('cos', (x) => `isfinite(${x})`),
  tan: guarded('tan', (x) => `isfinite(${x})`),
  cot: guarded('cot', (x) => `isfinite(${x})`),
  asin: guarded('asin', (x) => `abs(${x}) <= 1`),
  acos: guarded('acos', (x) => `abs(${x}) <= 1`),
  atan: real((x) => `atan(${x})`),
  atan2: { returns: 'real', duckdb: ([a, b]) => `atan2(${toReal(a!)}, ${toReal(b!)})` },
  degrees: real((x) => `degrees(${x})`),
  radians: real((x) => `radians(${x})`),
  pi: { returns: 'real', duckdb: () => 'pi()' },
  isnan: { returns: 'bool', duckdb: ([a]) => `isnan(${toReal(a!)})` },
  isinf: { returns: 'bool', duckdb: ([a]) => `isinf(${toReal(a!)})` },
  isfinite: { returns: 'bool', duckdb: ([a]) => `isfinite(${toReal(a!)})` },
  max_of: extreme('greatest'),
  min_of: extreme('least'),
  binary_and: bits('&'),
  binary_or: bits('|'),
  binary_xor: { returns: 'long', duckdb: ([a, b]) => `xor(${toLong(a!)}, ${toLong(b!)})` },
  binary_not: { returns: 'long', duckdb: ([a]) => `(~${toLong(a!)})` },
  bitset_count_ones: { returns: 'long', duckdb: ([a]) => `bit_count(${toLong(a!)})::BIGINT` },
  rand: {
    returns: 'real',
    duckdb: ([a]) => (a ? `floor(random() * ${toLong(a)})` : 'random()'),
  },
  ...hosts([
    numeric('pow', (x, y) => x ** y, 2),
    numeric('gamma', gamma),
    numeric('loggamma', logGamma),
    numeric('erf', erf),
    numeric('erfc', (x) => 1 - erf(x)),
    numeric('beta_cdf', betaCdf, 3),
    numeric('beta_pdf', betaPdf, 3),
    numeric('beta_inv', betaInverse, 3),
    {
      name: 'binary_shift_left',
      takes: ['long', 'long'],
      gives: 'long',
      call: (a, b) => shift(a, b, true),
    },
    {
      name: 'binary_shift_right',
      takes: ['long', 'long'],
      gives: 'long',
      call: (a, b) => shift(a, b, false),
    },
    unit('angle'),
    unit('energy'),
    unit('force'),
    unit('length'),
    unit('mass'),
    unit('speed'),
    unit('temperature'),
    unit('volume'),
    {
      name: 'tohex',
      takes: ['long', 'long'],
      gives: 'string',
      call: (value, width) => {
        if (value === null || value === undefined) return '';
        const digits = BigInt.asUintN(64, BigInt(String(value))).toString(16);
        return digits.padStart(asNumber(width) ?? 0, '0');
      },
    },
  ]),
};

function shift(a: unknown, b: unknown, isLeft: boolean): bigint | null {
  if (a === null || b === null || a === undefined || b === undefined) return null;
  const [value, by] = [BigInt(String(a)), BigInt(String(b)) & 63n];
  return isLeft ? BigInt.asIntN(64, value << by) : value >> by;
}
