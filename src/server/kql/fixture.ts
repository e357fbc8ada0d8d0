import type { Plan, Refusal, Scan } from '#core/kql/index.ts';
import { openDuckdb } from '#server/duckdb/index.ts';
import {
  type CompileOptions,
  compile,
  emptyScan,
  execute,
  makeCatalog,
  prepare,
  printRow,
  setUpConnection,
} from './index.ts';
import type { CatalogFunction } from './kusto.ts';
import type { JsonCell } from './value.ts';

/** Tables of the tests: `Events` is declared, `Open_CL` takes any column. */
const EXTRA = {
  tables: {
    Events: [
      { name: 'TimeGenerated', type: 'datetime' },
      { name: 'Host', type: 'string' },
      { name: 'Bytes', type: 'long' },
      { name: 'Extra', type: 'dynamic' },
    ],
    Open_CL: [{ name: 'TimeGenerated', type: 'datetime' }],
  },
  open: ['Open_CL'],
};

const FUNCTIONS: readonly CatalogFunction[] = [
  {
    name: 'RecentEvents',
    parameters: '(from:datetime=datetime(null), least:long=0)',
    body: 'Events | where (isnull(from) or TimeGenerated >= from) and Bytes >= least',
  },
];

export const FIXTURE_CATALOG = makeCatalog({ extra: EXTRA, functions: FUNCTIONS, tables: [] });

/** 2026-03-04T12:00:00Z in µs. */
export const NOW = Date.UTC(2026, 2, 4, 12) * 1000;

const EVENTS = `(SELECT * FROM (VALUES
  (TIMESTAMP '2026-03-04 10:00:00', 'web-1', 10::BIGINT, '{"a":1}'),
  (TIMESTAMP '2026-03-04 11:00:00', 'web-2', NULL, '{"a":2,"b":"x"}'),
  (TIMESTAMP '2026-03-04 11:30:00', '', 30::BIGINT, '')
) AS v("TimeGenerated", "Host", "Bytes", "Extra"))`;

export function fixtureScan(scan: Scan): string {
  if (scan.table === 'Events') return EVENTS;
  return emptyScan(scan);
}

type Parameters = NonNullable<CompileOptions['parameters']>;

export interface Bench {
  plan(query: string): Plan;
  refusal(query: string, parameters?: Parameters): Refusal;
  /** Rows as the command line prints them. */
  rows(query: string, parameters?: Parameters): Promise<JsonCell[][]>;
  /** The rows of each result. */
  tables(query: string): Promise<JsonCell[][][]>;
  columns(query: string): Promise<string[]>;
  sql(query: string): Promise<string[]>;
  close(): void;
}

export async function openBench(): Promise<Bench> {
  const duckdb = await openDuckdb();
  await setUpConnection(duckdb);
  const prepared = prepare(FIXTURE_CATALOG);
  const plan = (query: string, parameters: Parameters = {}): Plan => {
    const compiled = compile(query, prepared, { now: NOW, parameters });
    if (!compiled.ok) throw new Error(`${compiled.refusal.code}: ${compiled.refusal.message}`);
    return compiled.plan;
  };
  const run = async (query: string, parameters: Parameters = {}) => {
    const seen: string[] = [];
    const result = await execute(plan(query, parameters), duckdb, fixtureScan, {
      now: NOW,
      onSql: (sql) => seen.push(sql),
    });
    return { ...result, seen };
  };
  return {
    plan,
    refusal(query, parameters = {}) {
      const compiled = compile(query, prepared, { now: NOW, parameters });
      if (compiled.ok) throw new Error('the query was not refused');
      return compiled.refusal;
    },
    async rows(query, parameters) {
      const { rows, columns } = await run(query, parameters);
      return rows.map((r) => printRow(r, columns));
    },
    async tables(query) {
      const out: JsonCell[][][] = [];
      for (let result = 0, most = 1; result < most; result++) {
        const compiled = compile(query, prepared, { now: NOW, result });
        if (!compiled.ok) throw new Error(compiled.refusal.message);
        most = compiled.results;
        const done = await execute(compiled.plan, duckdb, fixtureScan, { now: NOW });
        out.push(done.rows.map((r) => printRow(r, done.columns)));
      }
      return out;
    },
    columns: async (query) => (await run(query)).columns.map((c) => `${c.name}:${c.type}`),
    sql: async (query) => (await run(query)).seen,
    close: () => duckdb.close(),
  };
}
