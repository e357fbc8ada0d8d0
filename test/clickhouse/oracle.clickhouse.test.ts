/**
 * Random pipelines over random tables on ClickHouse, and the slow, obvious evaluator that every engine must agree with.
 * More: `WEIR_ORACLE_RUNS=20000 WEIR_ORACLE_SEED=7 npm run test:clickhouse`.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { clickhouse, type Scan } from '../../src/core/kql/index.ts';
import { type Clickhouse, openClickhouse } from '../../src/server/clickhouse/index.ts';
import { compile, executeOnClickhouse, hostsByName, prepare } from '../../src/server/kql/index.ts';
import { type Engine, ORACLE_CATALOG } from '../../src/server/kql/oracle/engine.ts';
import { type Case, makeCase } from '../../src/server/kql/oracle/pipeline.ts';
import { checkEngine, differenceOf } from '../../src/server/kql/oracle/property.ts';
import { jsonText, type Type, type Value } from '../../src/server/kql/oracle/values.ts';

const { CLICKHOUSE_TYPES, quoteName, quoteText } = clickhouse;

const RUNS = Number(process.env['WEIR_ORACLE_RUNS'] ?? 150);
const SEED = Number(process.env['WEIR_ORACLE_SEED'] ?? 1);

const stored = (type: Type) =>
  type === 'datetime' ? "Nullable(DateTime64(6, 'UTC'))" : CLICKHOUSE_TYPES[type];

function cellSql(value: Value, type: Type): string {
  if (value === null) return 'NULL';
  if (type === 'datetime') return `fromUnixTimestamp64Micro(${value}, 'UTC')`;
  if (type === 'dynamic') return quoteText(jsonText(value));
  if (type === 'string') return quoteText(String(value));
  const text = String(value);
  return { NaN: 'nan', Infinity: 'inf', '-Infinity': '-inf' }[text] ?? text;
}

function tableSql(scan: Scan, tables: Case['tables']): string {
  const table = scan.table === 'U' ? tables.U : tables.T;
  const types = table.columns.map((c) => stored(c.type)).join(', ');
  const rows = table.rows.map(
    (r) => `tuple(${table.columns.map((c) => cellSql(r[c.name]!, c.type)).join(', ')})`,
  );
  const items = table.columns.map((c, i) => `v.${i + 1} AS ${quoteName(c.name)}`).join(', ');
  return `(SELECT ${items} FROM (SELECT arrayJoin(CAST([${rows.join(', ')}] AS Array(Tuple(${types})))) AS v))`;
}

let session: Clickhouse;
let engine: Engine;

beforeAll(async () => {
  session = await openClickhouse();
  const prepared = prepare(ORACLE_CATALOG);
  const hosts = hostsByName();
  const now = Date.UTC(2026, 0, 1) * 1000;
  engine = {
    async run({ query, tables }) {
      const compiled = compile(query, prepared, { now, engine: 'clickhouse' });
      if (!compiled.ok && /^The expression must/.test(compiled.refusal.message)) return null;
      if (!compiled.ok) throw new Error(`${compiled.refusal.code}: ${compiled.refusal.message}`);
      const scan = (s: Scan) => tableSql(s, tables);
      const answer = await executeOnClickhouse(compiled.plan, session, hosts, scan, { now });
      return {
        columns: answer.columns.map((c) => `${c.name}:${c.type}`),
        rows: answer.rows.map((r) => [...r]),
      };
    },
    close: () => {},
  };
});
afterAll(() => session.close());

it(
  `random pipelines answer as the slow evaluator does (${RUNS}, seed ${SEED})`,
  () => checkEngine(engine, { runs: RUNS, seed: SEED }),
  60_000 + RUNS * 500,
);

it('a wrong answer is seen', async () => {
  const test = makeCase({ tables: Array.from({ length: 110 }, (_, i) => i * 7), steps: [[8]] });
  expect(test.query).toBe('T\n| count');
  expect(await differenceOf(test, engine)).toBe('');
});
