import type { Enricher } from '#core/enrich/index.ts';
import type { Table } from '#core/schema/index.ts';
import { ntaIpDetails, ntaNetAnalytics } from '#core/schema/index.ts';
import type { Duckdb } from '#server/duckdb/index.ts';
import {
  CHECK_HASHES,
  CHOOSE,
  createRelation,
  inHours,
  MICROS_PER_HOUR,
  observeStatements,
  orient,
  orientNothing,
  type RelationColumns,
  SIGHT,
  segments,
  type WrittenTable,
  wholeList,
  writeTable,
} from '#server/observe/index.ts';
import type { ReduceJob, ReduceResult } from './job.ts';
import { Classes, contextFacts, type Lesson, Lessons, placeRow, serviceRows } from './knowledge.ts';
import { ASK, fold, INTERVALS, KEEP_FLOWS, MEETINGS, START_FLOWS, TYPE } from './sql/fold.ts';
import { ipDetailsSelect, netAnalyticsSelect, reduce } from './sql/reduced.ts';
import { ROLLUP_SELECTS } from './sql/rollups.ts';

/** Tables that a job writes, in the order it writes them. */
export const REDUCED_TABLES: readonly Table[] = [
  ntaNetAnalytics,
  ntaIpDetails,
  ...ROLLUP_SELECTS.map((r) => r.table),
];

const TEMPORARY = [
  'contexts',
  'policies',
  'addresses',
  'seen',
  'turned',
  'oriented_rows',
  'sightings',
  'inside',
  'observers',
  'chosen',
  'known_pairs',
  'repeats',
  'folded',
  'asked',
  'flows',
  'typed',
  'reduced',
  'context_facts',
  'places',
  'meetings',
  'services',
] as const;

const CONTEXT = [
  'Source',
  'Observer',
  'MacAddress',
  'Scope',
  'Region',
  'Network',
  'Subnet',
  'TargetResourceId',
  'FlowLogResourceId',
] as const;
const POLICY = ['AclGroup', 'AclRule', 'FlowStatus', 'FlowEncryption', 'L4Protocol'] as const;

const CONTEXT_COLUMNS: RelationColumns = {
  c: 'UBIGINT',
  net: 'VARCHAR',
  target_type: 'VARCHAR',
  is_nsg: 'BOOLEAN',
  mac: 'VARCHAR',
  forwards: 'BOOLEAN',
};
const PLACE_COLUMNS: RelationColumns = {
  id: 'BIGINT',
  ip: 'VARCHAR',
  class: 'INTEGER',
  kind: 'VARCHAR',
  rank: 'INTEGER',
  scope: 'VARCHAR',
  region: 'VARCHAR',
  nic: 'VARCHAR',
  vm: 'VARCHAR',
  mac: 'VARCHAR',
  subnet: 'VARCHAR',
  application_gateway: 'VARCHAR',
  load_balancer: 'VARCHAR',
  local_network_gateway: 'VARCHAR',
  express_route_circuit: 'VARCHAR',
  network_groups: 'VARCHAR',
  private_endpoint: 'VARCHAR',
  private_link: 'VARCHAR',
  connection: 'VARCHAR',
  country: 'VARCHAR',
  azure_region: 'VARCHAR',
  provider: 'VARCHAR',
  tag: 'VARCHAR',
  details: 'VARCHAR',
  threat_type: 'VARCHAR',
  threat_description: 'VARCHAR',
  threat_domain: 'VARCHAR',
  threat_url: 'VARCHAR',
  threat_port: 'INTEGER',
};
const MEETING_COLUMNS: RelationColumns = {
  a: 'INTEGER',
  z: 'INTEGER',
  type: 'VARCHAR',
  side: 'INTEGER',
  connection_type: 'VARCHAR',
  connection_name: 'VARCHAR',
  connecting: 'VARCHAR',
};
const SERVICE_COLUMNS: RelationColumns = { port: 'INTEGER', l4: 'VARCHAR', name: 'VARCHAR' };

/**
 * Reduces whole hours of one day: reads their raw rows once, asks the enricher about each distinct address once, and
 * writes the files of each table. Deterministic for the same rows and the same knowledge. Memory is the engine's limit plus
 * about 300 bytes per distinct address.
 */
export async function reduceHours(
  engine: Duckdb,
  enricher: Enricher,
  job: ReduceJob,
  scratch: string,
): Promise<Omit<ReduceResult, 'usage'>> {
  await dropTemporary(engine);
  // Rows may be written in any order; keeping theirs would hold whole results in memory.
  await engine.run('SET preserve_insertion_order = false');
  const more = {
    b: `epoch_us(TimeGenerated) // ${job.intervalMicros} * ${job.intervalMicros}`,
    ended: `coalesce(FlowState, '') = 'E'`,
  };
  const observation = { ...job, context: CONTEXT, policy: POLICY, more };
  for (const sql of observeStatements(observation)) await engine.run(sql);
  const clash = (await engine.run(CHECK_HASHES)).rows[0];
  if (clash)
    throw new Error(
      `two values of ${String(clash[0])} share the hash ${String(clash[1])}: the hours cannot be reduced`,
    );
  const rows = await rowsPerHour(engine, job.hours);

  const hasOneWay = (await engine.run('SELECT 1 FROM seen WHERE one_way LIMIT 1')).rows.length > 0;
  for (const sql of hasOneWay ? orient(Object.keys(more)) : [orientNothing(Object.keys(more))])
    await engine.run(sql);
  for (const sql of [...SIGHT, ...CHOOSE]) await engine.run(sql);
  const hasRepeats = (await engine.run('SELECT 1 FROM repeats LIMIT 1')).rows.length > 0;
  await enrich(engine, enricher, job, scratch);

  const written: WrittenTable[] = [];
  const put = async (order: WriteOrder) => {
    const one = await write(engine, job, order);
    if (one) written.push(one);
  };
  const hasTags =
    (await engine.run(`SELECT 1 FROM places WHERE tag <> '' LIMIT 1`)).rows.length > 0;
  const unused = await emptyPlaceColumns(engine);
  const select = netAnalyticsSelect(job.intervalMicros, job.processedAt, unused);
  for (const [part, [from, to]] of (await cutIntervals(engine, job.rowsPerFold)).entries()) {
    await engine.run(fold(hasRepeats, from, to));
    await engine.run(TYPE);
    await engine.run('DROP TABLE folded');
    if (part === 0) await engine.run(START_FLOWS);
    await engine.run(KEEP_FLOWS);
    await engine.run(reduce(hasTags));
    await engine.run('DROP TABLE typed');
    await put({ table: ntaNetAnalytics, select, part });
    await engine.run('DROP TABLE reduced');
  }
  for (const name of ['VIEW oriented', 'TABLE IF EXISTS oriented_rows', 'TABLE seen'])
    await engine.run(`DROP ${name}`);
  await put({ table: ntaIpDetails, select: ipDetailsSelect(job.intervalMicros) });
  for (const rollup of ROLLUP_SELECTS) await put(rollup);
  await dropTemporary(engine);
  return { written, rows };
}

/** Runs of intervals that are folded at a time, as the first and last start of each. */
async function cutIntervals(
  engine: Duckdb,
  limit: number,
): Promise<readonly (readonly [from: number, to: number])[]> {
  const parts: [number, number][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const [start, count] of (await engine.run(INTERVALS)).rows) {
    const [b, rows] = [Number(start), Number(count)];
    const last = parts.at(-1);
    if (last && size + rows <= limit) {
      last[1] = b;
      size += rows;
    } else {
      parts.push([b, b]);
      size = rows;
    }
  }
  return parts;
}

async function dropTemporary(engine: Duckdb): Promise<void> {
  await engine.run('DROP VIEW IF EXISTS oriented');
  for (const name of TEMPORARY) await engine.run(`DROP TABLE IF EXISTS ${name}`);
}

async function rowsPerHour(engine: Duckdb, hours: readonly number[]): Promise<readonly number[]> {
  const counted = await engine.run('SELECT hr, count(*) FROM seen GROUP BY hr');
  const byHour = new Map(counted.rows.map(([hour, n]) => [Number(hour), Number(n)]));
  return hours.map((hour) => byHour.get(hour) ?? 0);
}

async function enrich(
  engine: Duckdb,
  enricher: Enricher,
  job: ReduceJob,
  scratch: string,
): Promise<void> {
  const contexts = await engine.run(
    'SELECT c, Source, MacAddress, Scope, Region, Network, Subnet, TargetResourceId FROM contexts',
  );
  const facts = contexts.rows.map(([c, ...texts]) => {
    const [
      source = '',
      macAddress = '',
      scope = '',
      region = '',
      network = '',
      subnet = '',
      targetResourceId = '',
    ] = texts.map(String);
    return contextFacts(
      {
        c: BigInt(String(c)),
        source,
        macAddress,
        scope,
        region,
        network,
        subnet,
        targetResourceId,
      },
      enricher,
    );
  });
  await createRelation(engine, `${scratch}.contexts`, 'context_facts', CONTEXT_COLUMNS, [facts]);
  await createRelation(engine, `${scratch}.services`, 'services', SERVICE_COLUMNS, [serviceRows]);

  const lessons = new Lessons(await readLessons(engine, job));
  await engine.run(ASK);
  const classes = new Classes();
  async function* places() {
    for await (const chunk of engine.stream('SELECT id, ip, net FROM asked'))
      yield chunk.map(([id, ip, net]) => {
        const [address, from] = [String(ip), String(net)];
        return placeRow(
          Number(id),
          address,
          enricher.locate(address, from, lessons.find(address, from)),
          classes,
        );
      });
  }
  await createRelation(engine, `${scratch}.places`, 'places', PLACE_COLUMNS, places());
  const meetings = (await engine.run(MEETINGS)).rows.map(([a, z]) =>
    classes.meeting(Number(a), Number(z), enricher),
  );
  await createRelation(engine, `${scratch}.meetings`, 'meetings', MEETING_COLUMNS, [meetings]);
}

/** Columns of `places` that say nothing in this job: columns made of them need not be written. */
async function emptyPlaceColumns(engine: Duckdb): Promise<ReadonlySet<string>> {
  const names = Object.keys(PLACE_COLUMNS).filter((name) => PLACE_COLUMNS[name] === 'VARCHAR');
  const { rows } = await engine.run(
    `SELECT ${names.map((name) => `max(${name}) = ''`).join(', ')} FROM places`,
  );
  return new Set(names.filter((_, i) => rows[0]?.[i] === true));
}

/** What these hours and the other hours of the day teach. */
async function readLessons(engine: Duckdb, job: ReduceJob): Promise<readonly Lesson[]> {
  const fresh = `SELECT ip, Source, Scope, Region, Network, Subnet, Observer, n FROM inside JOIN addresses USING (h) JOIN contexts USING (c)`;
  const earlier =
    job.learnedFiles.length === 0
      ? ''
      : `UNION ALL SELECT Ip, Source, Scope, Region, Network, Subnet, Observer, RecordCount FROM ${segments(job.learnedFiles)}
         WHERE NOT ${inHours('TimeGenerated', job.hours, MICROS_PER_HOUR)}`;
  const { rows } = await engine.run(`
    WITH lessons AS (${fresh} ${earlier}),
      sizes AS (SELECT Observer, count(DISTINCT ip) AS addresses FROM lessons GROUP BY Observer)
    SELECT ip, Source, Scope, Region, Network, Subnet, min(addresses), sum(n)
    FROM lessons JOIN sizes USING (Observer) GROUP BY ip, Source, Scope, Region, Network, Subnet`);
  return rows.map(([ip, source, scope, region, network, subnet, addresses, records]) => ({
    ip: String(ip),
    source: String(source),
    scope: String(scope),
    region: String(region),
    network: String(network),
    subnet: String(subnet),
    addresses: Number(addresses),
    records: Number(records),
  }));
}

interface WriteOrder {
  readonly table: Table;
  readonly select: string;
  /** Which of the table's files; rows that are carried over go into the first. */
  readonly part?: number;
}

/** Writes one table: the new rows, and those of replaced segments that belong to other hours. */
async function write(
  engine: Duckdb,
  job: ReduceJob,
  { table, select, part = 0 }: WriteOrder,
): Promise<WrittenTable | undefined> {
  const output = job.outputs[table.name];
  if (output === undefined) throw new Error(`no output file for ${table.name}`);
  const file = part === 0 ? output : `${output}-${part}`;
  const replaced = part === 0 ? (job.replaced[table.name] ?? []) : [];
  const source =
    replaced.length === 0 ? select : await withKept(engine, job, table, select, replaced);
  return writeTable(engine, table, source, file);
}

/** New rows together with the rows of replaced segments that belong to other hours. */
async function withKept(
  engine: Duckdb,
  job: ReduceJob,
  table: Table,
  select: string,
  replaced: readonly string[],
): Promise<string> {
  const all = `${select} UNION ALL BY NAME SELECT * FROM ${segments(replaced)}
    WHERE NOT ${inHours('TimeGenerated', job.hours, MICROS_PER_HOUR)}`;
  const described = await engine.run(`DESCRIBE ${all}`);
  return `SELECT ${wholeList(
    table,
    described.rows.map(([name]) => String(name)),
  )} FROM (${all})`;
}
