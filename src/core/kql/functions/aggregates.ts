import type { AggregateRow, Arg } from '../dialect/dialect.ts';
import { toDynamic, toReal } from '../dialect/duckdb.ts';

/** Aggregates, by KQL name. `…if` forms come here as the plain one with a filter. */

const cast = (type: string) =>
  type === 'int' ? 'INTEGER' : type === 'long' || type === 'timespan' ? 'BIGINT' : 'DOUBLE';

function numeric(a: Arg): string {
  return a.type === 'dynamic' || a.type === 'string'
    ? toReal(a)
    : a.type === 'bool'
      ? `(${a.sql})::BIGINT`
      : a.sql;
}

function pick(engine: 'arg_max' | 'arg_min'): AggregateRow['duckdb'] {
  return (args, { output, filter }) => {
    const fields = args.map((a, i) => `c${i} := ${a.sql}`).join(', ');
    return `(${engine}(struct_pack(${fields}), ${args[0]!.sql})${filter}).c${output}`;
  };
}

const rows: Record<string, AggregateRow> = {
  count: { returns: 'long', duckdb: (_a, { filter }) => `count(*)${filter}` },
  sum: {
    duckdb: ([a], { type, filter }) => {
      const sql = `sum(${numeric(a!)})${filter}`;
      return type === 'real' || type === 'decimal'
        ? `coalesce(${sql}, 0)::DOUBLE`
        : `weir_wrap(coalesce(${sql}, 0)::HUGEINT)`;
    },
  },
  avg: {
    duckdb: ([a], { type, filter }) =>
      a!.type === 'datetime'
        ? `make_timestamp(avg(epoch_us(${a!.sql}))${filter}::BIGINT)`
        : type === 'timespan'
          ? `(avg(${a!.sql})${filter})::BIGINT`
          : `coalesce(avg(${numeric(a!)})${filter}, 'nan'::DOUBLE)`,
  },
  min: { duckdb: ([a], { filter, type }) => text(`min(${a!.sql})${filter}`, type) },
  max: { duckdb: ([a], { filter, type }) => text(`max(${a!.sql})${filter}`, type) },
  dcount: { returns: 'long', duckdb: ([a], { filter }) => `count(DISTINCT ${a!.sql})${filter}` },
  count_distinct: {
    returns: 'long',
    duckdb: ([a], { filter }) => `count(DISTINCT ${a!.sql})${filter}`,
  },
  take_any: {
    duckdb: ([a], { filter, type, order }) => text(`first(${a!.sql}${order})${filter}`, type),
  },
  arg_max: { duckdb: pick('arg_max') },
  arg_min: { duckdb: pick('arg_min') },
  make_list: {
    returns: 'dynamic',
    duckdb: ([a, limit], { filter, order }) =>
      `weir_make_list(list(${toDynamic(a!)}${order})${filter.replace('WHERE ', `WHERE ${a!.sql} IS NOT NULL AND `) || ` FILTER (WHERE ${a!.sql} IS NOT NULL)`}, ${limit?.sql ?? '1048576'})`,
  },
  make_set: {
    returns: 'dynamic',
    duckdb: ([a, limit], { filter, order }) =>
      `weir_make_set(list(${toDynamic(a!)}${order})${filter.replace('WHERE ', `WHERE ${a!.sql} IS NOT NULL AND `) || ` FILTER (WHERE ${a!.sql} IS NOT NULL)`}, ${limit?.sql ?? '1048576'})`,
  },
};

function text(sql: string, type: string): string {
  return type === 'string' ? `coalesce(${sql}, '')` : sql;
}

export { cast };
export const AGGREGATES: ReadonlyMap<string, AggregateRow> = new Map(Object.entries(rows));
