import {
  type BoundColumn,
  clickhouse,
  type HostFunction,
  type HostValue,
  type Plan,
  RefusalError,
  type Scan,
} from '#core/kql/index.ts';
import type { Clickhouse, ClickhouseRow, ClickhouseValue } from '#server/clickhouse/index.ts';
import type { ExecuteOptions, ResolveScan } from './run.ts';
import { runToLast } from './stages.ts';
import { type JsonCell, printClickhouseRow } from './value.ts';

const { CLICKHOUSE_TYPES, printClickhouseStage, quoteName, ranged, readHostValue } = clickhouse;

type HostStep = Extract<clickhouse.Step, { kind: 'host' }>;

/** More distinct arguments than this would not fit beside their values. */
const MAX_HOST_VALUES = 2_000_000;
const INSERT_ROWS = 50_000;

interface Running {
  readonly connection: Clickhouse;
  readonly hosts: ReadonlyMap<string, HostFunction>;
  readonly resolveScan: ResolveScan;
  readonly options: ExecuteOptions;
  readonly temps: string[];
  counter: number;
}

function printOptions(running: Running, plan: Plan): clickhouse.PrintOptions {
  running.counter++;
  return {
    hosts: running.hosts,
    prefix: `weir_${running.counter}`,
    scanSql: (name) => {
      const scan = plan.scans.find((s) => s.name === name);
      if (!scan) throw new Error(`the plan has no scan ${name}`);
      return running.resolveScan(scan);
    },
  };
}

/** The value of each distinct tuple of arguments, in a table that later statements join. */
async function runHostStep(step: HostStep, running: Running): Promise<void> {
  const { connection, options, temps } = running;
  options.onSql?.(step.ask);
  const rows = await connection.query(step.ask);
  if (rows.length > MAX_HOST_VALUES)
    throw new RefusalError(
      'execution',
      `${step.fn.name.replace(/^weir_+/, '')}() would be computed for ${rows.length} different values, beyond the ${MAX_HOST_VALUES} that fit on ClickHouse: filter or summarize first.`,
      { start: 0, length: 0 },
    );
  options.onSql?.(step.create);
  temps.push(step.into);
  await connection.command(step.create);
  const values = rows.map((row): ClickhouseRow => {
    const args = step.args.map((a) =>
      'constant' in a ? a.constant : readHostValue(row[a.column], a.type),
    );
    return [row[0] ?? '', asJson(ranged(step.fn.call(...args), step.fn.returns))];
  });
  for (let i = 0; i < values.length; i += INSERT_ROWS)
    await connection.insert(step.into, values.slice(i, i + INSERT_ROWS));
}

/** Numbers that JSON lacks are texts. */
function asJson(value: HostValue): ClickhouseValue {
  if (typeof value === 'bigint') return String(value);
  return typeof value === 'number' && !Number.isFinite(value)
    ? Number.isNaN(value)
      ? 'nan'
      : value > 0
        ? 'inf'
        : '-inf'
    : value;
}

async function runSteps(steps: readonly clickhouse.Step[], running: Running): Promise<void> {
  for (const step of steps) {
    if (step.kind === 'host') await runHostStep(step, running);
    else {
      running.options.onSql?.(step.sql);
      // A statement that fails half-way leaves its table behind.
      running.temps.push(step.into);
      await running.connection.command(step.sql);
    }
  }
}

async function dropTemps({ connection, temps }: Running): Promise<void> {
  for (const name of temps)
    await connection.command(`DROP TEMPORARY TABLE IF EXISTS ${quoteName(name)}`);
}

export interface PrintedResult {
  readonly columns: readonly BoundColumn[];
  readonly rows: readonly (readonly JsonCell[])[];
}

/** Runs a plan on ClickHouse and gathers its rows, at most `maxRows`, as JSON values. Rejects as `execute` does. */
export async function executeOnClickhouse(
  plan: Plan,
  connection: Clickhouse,
  hosts: ReadonlyMap<string, HostFunction>,
  resolveScan: ResolveScan,
  options: ExecuteOptions & { readonly maxRows?: number },
): Promise<PrintedResult> {
  const running: Running = { connection, hosts, resolveScan, options, temps: [], counter: 0 };
  const run = async (sql: string): Promise<readonly ClickhouseRow[]> => {
    options.onSql?.(sql);
    return connection.query(sql);
  };
  try {
    const last = await runToLast(plan, options.now, {
      async make(stage, of) {
        const { steps, sql } = printClickhouseStage(
          stage,
          stage.rel.columns,
          printOptions(running, of),
        );
        await runSteps([...steps, { kind: 'sql', sql, into: stage.into }], running);
      },
      async ask(rel, of) {
        const { steps, sql } = printClickhouseStage(
          { rel, shared: [] },
          rel.columns,
          printOptions(running, of),
        );
        await runSteps(steps, running);
        return (await run(sql)).map((row) =>
          rel.columns.map((c, i) => (c.type === 'bool' ? asBool(row[i]) : (row[i] ?? null))),
        );
      },
    });
    const { steps, sql } = printClickhouseStage(
      last.stage,
      last.columns,
      printOptions(running, last.plan),
    );
    await runSteps(steps, running);
    const rows = await run(
      options.maxRows === undefined ? sql : `${sql} LIMIT ${Math.floor(options.maxRows)}`,
    );
    return { columns: last.columns, rows: rows.map((r) => printClickhouseRow(r, last.columns)) };
  } finally {
    await dropTemps(running);
  }
}

function asBool(value: ClickhouseValue | undefined): boolean | null {
  return value === null || value === undefined ? null : value === true || value === 1;
}

/** The scan of a table without rows, where instants are ClickHouse's own. */
export function emptyClickhouseScan({ columns }: Scan): string {
  const items = columns.map((c) => {
    const type =
      c.type === 'datetime' ? "Nullable(DateTime64(6, 'UTC'))" : CLICKHOUSE_TYPES[c.type];
    return `CAST(${c.type === 'string' ? "''" : 'NULL'} AS ${type}) AS ${quoteName(c.name)}`;
  });
  return `(SELECT ${items.join(', ')} WHERE false)`;
}
