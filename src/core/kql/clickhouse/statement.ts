import type { BoundColumn, Span } from '../bound/expr.ts';
import type { HostFunction } from '../dialect/dialect.ts';
import type { Rel } from '../plan/plan.ts';
import type { Hosting } from './scope.ts';
import { needColumns, type Step } from './steps.ts';
import { quoteName } from './types.ts';

export interface PrintOptions {
  /** SQL that can stand after FROM, by name of a scan; instants are DateTime64(6) there. */
  readonly scanSql: (scan: string) => string;
  /** Functions in JavaScript, by name. */
  readonly hosts: ReadonlyMap<string, HostFunction>;
  /** Names temporary tables: no other stage on the same connection may use it. */
  readonly prefix: string;
}

/** A relation that can be selected from: its physical names, and the common table expressions it stands on. */
export interface Relation {
  readonly from: string;
  readonly names: ReadonlyMap<string, string>;
  readonly uses: readonly string[];
}

interface Cte {
  readonly name: string;
  readonly sql: string;
  readonly uses: readonly string[];
}

/** A stage while it is printed. */
export interface Printing {
  readonly options: PrintOptions;
  readonly ctes: Map<string, Cte>;
  readonly steps: Step[];
  readonly shared: Map<string, Relation>;
  counter: number;
}

export const begin = (options: PrintOptions): Printing => ({
  options,
  ctes: new Map(),
  steps: [],
  shared: new Map(),
  counter: 0,
});

/** ClickHouse reads a dot inside a quoted name as a step into a structure. */
export function physicalNames(columns: readonly BoundColumn[]): Map<string, string> {
  const out = new Map<string, string>();
  const taken = new Set<string>();
  for (const { name } of columns) {
    if (out.has(name)) continue;
    const wanted = name === '' ? '_' : name.replaceAll('.', '·');
    let physical = wanted;
    for (let i = 2; taken.has(physical); i++) physical = `${wanted}·${i}`;
    taken.add(physical);
    out.set(name, physical);
  }
  return out;
}

/** Adds a common table expression over others. */
export function add(
  p: Printing,
  sql: string,
  names: ReadonlyMap<string, string>,
  uses: Iterable<string>,
): Relation {
  const from = `q${p.ctes.size + 1}`;
  p.ctes.set(from, { name: from, sql, uses: [...new Set(uses)] });
  return { from, names, uses: [from] };
}

/** A statement with the common table expressions that it needs, and no others. */
export function withCtes(p: Printing, sql: string, uses: Iterable<string>): string {
  const needed = new Set<string>();
  const visit = (name: string): void => {
    if (needed.has(name)) return;
    needed.add(name);
    for (const inner of p.ctes.get(name)?.uses ?? []) visit(inner);
  };
  for (const name of uses) visit(name);
  const ctes = [...p.ctes.values()].filter((c) => needed.has(c.name));
  if (ctes.length === 0) return sql;
  const list = ctes.map((c) => `${c.name} AS (\n  ${c.sql}\n)`).join(',\n');
  return `WITH ${list}\n${sql}`;
}

/** A name for a temporary table of this stage. */
function freshTable(p: Printing): string {
  p.counter++;
  return `${p.options.prefix}_${p.counter}`;
}

export const createTable = (name: string, select: string): string =>
  `CREATE TEMPORARY TABLE ${quoteName(name)} AS\n${select}`;

/** Puts the rows of a relation into a temporary table, so that several readers see the same ones. */
export function materialise(p: Printing, input: Relation, more: readonly string[] = []): Relation {
  const into = freshTable(p);
  const items = ['*', ...more].join(',\n    ');
  const sql = withCtes(p, `SELECT ${items}\n  FROM ${input.from}`, input.uses);
  p.steps.push({ kind: 'sql', sql: createTable(into, sql), into });
  return { from: quoteName(into), names: input.names, uses: [] };
}

/** What expressions over the rows of one relation may name, and what they turn out to need. */
export interface Scope {
  readonly p: Printing;
  readonly column: (name: string) => string;
  readonly hosting: Hosting;
  /** Common table expressions that subqueries inside the expressions stand on. */
  readonly uses: Set<string>;
  /** Prints an aggregate where one may stand. */
  readonly aggregates?: AggregateScope;
  /** Prints a relation inside an expression. */
  readonly relation: (rel: Rel) => Relation;
}

/** The rows that aggregates run over, and the columns they leave for what is made of them afterwards. */
export interface AggregateScope {
  readonly rows: Scope;
  readonly order: string | undefined;
  /** Takes what ClickHouse computes over a group, gives the column that holds it. */
  readonly keep: (raw: string) => string;
}

export function hostingOf(p: Printing): Hosting {
  return {
    functions: p.options.hosts,
    needs: [],
    next: () => ++p.counter,
  };
}

/** The relation with a column for each call of JavaScript that expressions over it have asked for. */
export function settle(p: Printing, input: Relation, scope: Scope): Relation {
  let relation: Relation = { ...input, uses: [...input.uses, ...scope.uses] };
  const { needs } = scope.hosting;
  const last = Math.max(0, ...needs.map((n) => n.level));
  for (let level = 1; level <= last; level++) {
    const table = freshTable(p);
    const made = needs
      .filter((n) => n.level === level)
      .map((need) => needColumns(need, table, freshTable(p)));
    const items = ['*', ...made.flatMap((m) => m.items)].join(',\n    ');
    const select = withCtes(p, `SELECT ${items}\n  FROM ${relation.from}`, relation.uses);
    p.steps.push({ kind: 'sql', sql: createTable(table, select), into: table });
    relation = { from: quoteName(table), names: input.names, uses: [...scope.uses] };
    for (const { key, value, step } of made) {
      p.steps.push(step);
      const sql = `SELECT t.*, m.${value}\n  FROM ${relation.from} AS t ANY LEFT JOIN ${quoteName(step.into)} AS m ON t.${key} = m.${key}`;
      relation = { ...add(p, sql, input.names, relation.uses) };
    }
  }
  return relation;
}

/** Nowhere in the text of the query. */
export const NOWHERE: Span = { start: 0, length: 0 };
