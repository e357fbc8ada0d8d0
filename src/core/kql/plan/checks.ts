import type { KqlType } from '../../schema/index.ts';
import type { Span } from '../bound/expr.ts';
import { RefusalError, refuse } from '../refusal.ts';
import { numberOf, parseJson } from '../runtime/value.ts';
import type { PlanExpr } from './plan.ts';

/** What the language refuses, or has no answer for, though the binder does not mind. */

const COMPARISONS: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=']);
const NUMBERS: ReadonlySet<KqlType> = new Set(['int', 'long', 'real', 'decimal', 'bool']);
/** Texts and dynamic values are read as what stands on the other side. */
const READABLE: ReadonlySet<KqlType> = new Set(['string', 'dynamic']);

function checkComparison(name: string, at: Span, [a, b]: readonly PlanExpr[]): void {
  if (!a || !b || a.type === b.type || READABLE.has(a.type) || READABLE.has(b.type)) return;
  if (NUMBERS.has(a.type) && NUMBERS.has(b.type)) return;
  throw new RefusalError(
    'semantic',
    `The operator ${name} cannot compare ${a.type} with ${b.type}. Convert one of them, e.g. by to${a.type}().`,
    at,
  );
}

function checkText(name: string, at: Span, args: readonly PlanExpr[]): void {
  const constant = (i: number) => {
    const a = args[i];
    return a?.kind === 'literal' && typeof a.value === 'string' ? a.value : null;
  };
  if (name === '+' && args.some((a) => a.type === 'string'))
    refuse('+ between texts', at, 'does not exist: use strcat()');
  if (name === 'extract_all') {
    const regex = constant(0);
    if (regex !== null && !/(?<!\\)\((?!\?[:=!<])|\(\?P?</.test(regex))
      refuse(
        'extract_all() without a capture group',
        at,
        'gives nothing: put parentheses around what is wanted',
      );
  }
  if (name === 'format_timespan') {
    const format = constant(1);
    if (format !== null && !/^([dHhmsfF]+|[ /:,._[\]-])*$/.test(format))
      refuse(`the format '${format}'`, at, 'is not one of format_timespan()');
    if (format === 'c' || format === 'g' || format === 'G')
      refuse(`the format '${format}'`, at, 'is not one of format_timespan()');
  }
}

/** `use_spheroid` of a function that Weir computes on the sphere only. */
function checkPlaces(name: string, at: Span, args: readonly PlanExpr[]): void {
  const spheroid = name === 'geo_line_locate_point' ? args[3] : undefined;
  if (spheroid && !(spheroid.kind === 'literal' && spheroid.value === false))
    refuse(`${name}() on a spheroid`, at, 'is not supported: leave use_spheroid out');
}

/** The length of bins is the second argument: an instant has none. */
function checkBin(name: string, at: Span, [, step]: readonly PlanExpr[]): void {
  if (step?.type === 'datetime')
    throw new RefusalError(
      'semantic',
      `The second argument of ${name}() is the length of a bin, not an instant: write a timespan such as 1h.`,
      at,
    );
}

/** Throws where a call makes no sense with arguments of these types. */
export function checkCall(name: string, at: Span, args: readonly PlanExpr[]): void {
  if (COMPARISONS.has(name)) checkComparison(name, at, args);
  if (name === 'bin' || name === 'bin_at') checkBin(name, at, args);
  checkText(name, at, args);
  checkPlaces(name, at, args);
}

function isConstant(expr: PlanExpr): boolean {
  if (expr.kind === 'call') return expr.args.every(isConstant);
  return expr.kind === 'literal' || expr.kind === 'subquery';
}

const isNumber = (expr: PlanExpr) => NUMBERS.has(expr.type);

/** Aggregates whose arguments from this one on are the same for all rows. */
const CONSTANT_FROM: Readonly<Record<string, number>> = {
  make_list: 1,
  make_list_with_nulls: 1,
  make_set: 1,
  make_bag: 1,
  percentile: 1,
  percentiles: 1,
  percentiles_array: 1,
  percentilew: 2,
  percentilesw: 2,
  percentilesw_array: 2,
};

/** Throws where an aggregate's sizes and percentages are not constant numbers. */
export function checkAggregate(name: string, at: Span, args: readonly PlanExpr[]): void {
  const from = CONSTANT_FROM[name];
  if (from === undefined) return;
  const constants = args.slice(from);
  const isList =
    name.endsWith('_array') && constants.length === 1 && constants[0]?.type === 'dynamic';
  const fits = (expr: PlanExpr) =>
    isList ? expr.kind === 'literal' && expr.value !== null : isConstant(expr) && isNumber(expr);
  if (!constants.every(fits))
    throw new RefusalError(
      'semantic',
      `The last arguments of ${name}() must be constant numbers.`,
      at,
    );
  if (name.startsWith('percentile') && constants.some(isNoPercentage))
    throw new RefusalError(
      'semantic',
      `The percentages of ${name}() are numbers from 0 to 100.`,
      at,
    );
}

/** Constants that are computed are left to the engine. */
function isNoPercentage(expr: PlanExpr): boolean {
  if (expr.kind !== 'literal') return false;
  const value = parseJson(String(expr.value));
  const numbers = (Array.isArray(value) ? value : [value]).map(numberOf);
  return numbers.some((n) => n === null || !(n >= 0 && n <= 100));
}
