import { type Expr, type Operator, RefusalError, refuse, type Span } from '#core/kql/index.ts';
import { readExpr } from './expressions.ts';
import { childOf, type Reading, settingValue, spanOf } from './scope.ts';

/**
 * What `set NAME = VALUE;` says, by the names of Kusto's request properties.
 * Source: https://learn.microsoft.com/kusto/api/rest/request-properties
 */

/** What a query asks of its answer; who runs it may have narrower limits. */
export interface AskedLimits {
  readonly maxRows?: number;
  readonly maxBytes?: number;
  readonly timeoutMs?: number;
}

/** A setting without effect. */
export interface SettingWarning {
  readonly code: 'setting-ignored' | 'setting-unknown';
  readonly message: string;
  readonly at: Span;
}

export interface Settings {
  readonly limits: AskedLimits;
  readonly warnings: readonly SettingWarning[];
  /** What comes after the query's own operators. */
  readonly operators: readonly Operator[];
}

/** Read where they matter: now(), bin_auto(), tables, unions, externaldata. */
const READ_ELSEWHERE =
  /^query_(now|bin_auto_(at|size)|datetimescope_(column|from|to))$|^best_effort$|^request_external_data_disabled$/;

/** Advice to a cluster, or words of a client to itself: an answer is the same with and without. */
const ADVICE =
  /^(client_|materialized_view_shuffle|max_?memory_?consumption|query_(distribution|fanout|force_row|log_query|optimize|results_(cache|progressive)|weakconsistency)|queryconsistency$|push_selection|request_|results_|deferpartialqueryfailures$)/;

/** Says what would be another answer than the one that Weir gives. */
const REFUSED: Readonly<Record<string, string>> = {
  query_cursor: 'is not supported: Weir has no database cursors',
  query_results_apply_getschema: 'is not supported: end the query with getschema',
  query_python_debug: 'is not supported: Weir runs no Python',
  validatepermissions: 'is not supported: Weir either runs a query or refuses it',
};

const isTrue = (value: Literal | null) => value === null || value.value === true;

type Literal = Extract<Expr, { kind: 'literal' }>;

/** The literal that a setting is given; null where it stands alone, which says true. */
export function settingOf(name: string, reading: Reading): Literal | null | undefined {
  if (!reading.settings.has(name)) return undefined;
  const value = settingValue(name, reading);
  if (!value) return null;
  const expr = readExpr(value, childOf(null), reading);
  return expr.kind === 'literal' ? expr : refuse(`set ${name}`, expr.at, 'takes a constant');
}

/** True where a setting of yes or no is there and not false. */
export function isSet(name: string, reading: Reading): boolean {
  const value = settingOf(name, reading);
  return value !== undefined && isTrue(value);
}

function positive(name: string, value: Literal | null, at: Span): number {
  const number = Number(value?.value ?? Number.NaN);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new RefusalError('semantic', `set ${name} takes a whole number above 0.`, at);
}

/** Milliseconds of a timespan, or of its text. */
function duration(name: string, value: Literal | null, at: Span): number {
  const ticks = value?.type === 'timespan' ? Number(value.value) : Number.NaN;
  if (ticks > 0) return Math.max(1, Math.round(ticks / 10_000));
  throw new RefusalError('semantic', `set ${name} takes a timespan above 0, such as 5m.`, at);
}

function take(count: number, at: Span): Operator {
  return { op: 'take', count: { kind: 'literal', type: 'long', value: String(count), at }, at };
}

/** What the settings of a query ask for, once its statements have been read. */
export function readSettings(reading: Reading): Settings {
  const limits: { maxRows?: number; maxBytes?: number; timeoutMs?: number } = {};
  const [warnings, operators]: [SettingWarning[], Operator[]] = [[], []];
  for (const [name, statement] of reading.settings) {
    const at = spanOf(statement, reading);
    const value = settingOf(name, reading) ?? null;
    const ignored = (why: string) =>
      warnings.push({ code: 'setting-ignored', message: `set ${name} has no effect: ${why}`, at });
    if (name === 'truncationmaxrecords') limits.maxRows = positive(name, value, at);
    else if (name === 'truncationmaxsize') limits.maxBytes = positive(name, value, at);
    else if (name === 'servertimeout') limits.timeoutMs = duration(name, value, at);
    else if (name === 'query_take_max_records') operators.push(take(positive(name, value, at), at));
    else if (name === 'query_language') {
      if (!/^(csl|kql)$/i.test(String(value?.value))) refuse(`set ${name}`, at, 'can only be kql');
    } else if (name === 'query_datascope') {
      if (!/^(default|all)$/i.test(String(value?.value)))
        refuse(`set ${name}`, at, 'can only be all: Weir has no cache that queries can be held to');
    } else if (name === 'notruncation' || name === 'norequesttimeout')
      ignored('the limits of the server hold. Write the answer to a file for more rows.');
    else if (/^(maxoutputcolumns|query_max_entities_in_union)$/.test(name))
      ignored('Weir has no such limit.');
    else {
      const refused = Object.keys(REFUSED).find((prefix) => name.startsWith(prefix));
      if (refused && isTrue(value)) refuse(`set ${name}`, at, REFUSED[refused]);
      else if (refused && value?.type !== 'bool') refuse(`set ${name}`, at, REFUSED[refused]);
      else if (!refused && !READ_ELSEWHERE.test(name) && !ADVICE.test(name))
        warnings.push({
          code: 'setting-unknown',
          message: `set ${name} has no effect: there is no such setting.`,
          at,
        });
    }
  }
  return { limits, warnings, operators };
}
