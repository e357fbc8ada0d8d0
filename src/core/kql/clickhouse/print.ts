import type { BoundColumn } from '../bound/expr.ts';
import type { OrderKey, Rel, SharedRel } from '../plan/plan.ts';
import { orderBy } from './expr.ts';
import { printRel } from './relations.ts';
import {
  begin,
  createTable,
  materialise,
  type PrintOptions,
  physicalNames,
  withCtes,
} from './statement.ts';
import type { Step } from './steps.ts';
import { quoteName } from './types.ts';

/** What a stage of a plan is on ClickHouse: steps that leave temporary tables, then one statement. */
export interface PrintedStage {
  readonly steps: readonly Step[];
  readonly sql: string;
}

/** `visible` are the columns of the result, by position; `into` makes a temporary table. */
export function printClickhouseStage(
  stage: {
    readonly rel: Rel;
    readonly shared: readonly SharedRel[];
    readonly order?: readonly OrderKey[];
    readonly into?: string;
  },
  visible: readonly BoundColumn[],
  options: PrintOptions,
): PrintedStage {
  const p = begin(options);
  for (const { id, rel, isKept } of stage.shared) {
    const printed = printRel(rel, p);
    const readers =
      countReaders(stage.rel, id) + stage.shared.reduce((n, s) => n + countReaders(s.rel, id), 0);
    // ClickHouse computes a common table expression once per reader.
    p.shared.set(id, readers > 1 && (isKept || !isCheap(rel)) ? materialise(p, printed) : printed);
  }
  const last = printRel(stage.rel, p);
  const column = (name: string) => quoteName(last.names.get(name)!);
  const names = physicalNames(visible);
  const items = visible.map((x) => {
    const [from, as] = [column(x.name), quoteName(names.get(x.name)!)];
    return from === as ? from : `${from} AS ${as}`;
  });
  const select = `SELECT ${items.length > 0 ? items.join(', ') : '1 AS "_"'} FROM ${last.from}${orderBy(stage.order ?? [], { column })}`;
  const sql = withCtes(p, select, last.uses);
  return { steps: p.steps, sql: stage.into ? createTable(stage.into, sql) : sql };
}

/** How many places of a tree read a shared relation. */
function countReaders(value: unknown, id: string): number {
  if (Array.isArray(value)) return value.reduce<number>((n, v) => n + countReaders(v, id), 0);
  if (typeof value !== 'object' || value === null) return 0;
  if ('op' in value && value.op === 'shared' && 'id' in value && value.id === id) return 1;
  return Object.values(value).reduce<number>((n, v) => n + countReaders(v, id), 0);
}

/** Reading again costs less than keeping: rows of a table, filtered and projected. */
function isCheap(rel: Rel): boolean {
  if (rel.op === 'scan') return true;
  if (rel.op !== 'where' && rel.op !== 'select') return false;
  return isCheap(rel.input) && !/"name":"(rand|new_guid)"/.test(JSON.stringify(rel));
}
