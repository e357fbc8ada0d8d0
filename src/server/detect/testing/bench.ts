import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Finding } from '#core/alert/index.ts';
import {
  type AnyDetector,
  DAY,
  makeFinding,
  makeKnowledge,
  NO_ZONES,
  type Row,
  readRoles,
  readZones,
  rolesKql,
  type Sample,
  toRows,
  valuesOf,
} from '#core/detect/index.ts';
import type { Scan } from '#core/kql/index.ts';
import { type Table, tablesByName } from '#core/schema/index.ts';
import { openDuckdb } from '#server/duckdb/index.ts';
import {
  compile,
  emptyScan,
  execute,
  makeCatalog,
  prepare,
  printRow,
  setUpConnection,
} from '#server/kql/index.ts';
import { flowsOf, hostHours, type OneFlow, pairDays, pairHours } from './aggregate.ts';

/** The day of every sample, µs. */
export const SAMPLE_DAY = Date.UTC(2026, 2, 4) * 1000;

const TYPES: Readonly<Record<string, string>> = {
  string: 'VARCHAR',
  dynamic: 'VARCHAR',
  long: 'BIGINT',
  int: 'INTEGER',
  real: 'DOUBLE',
  bool: 'BOOLEAN',
  datetime: 'BIGINT',
};

/** Runs detectors over samples on the engine itself, without a store. */
export interface DetectBench {
  find(detector: AnyDetector, sample: Sample): Promise<readonly Finding[]>;
  /** The same over any flows, at the end of a day; what came before is the past. */
  findIn(
    detectors: readonly AnyDetector[],
    flows: readonly OneFlow[],
    to: number,
    onLook?: (name: string, ms: number) => void,
  ): Promise<readonly Finding[]>;
  rows(kql: string): Promise<Row[]>;
  close(): void;
}

export async function openDetectBench(): Promise<DetectBench> {
  const engine = await openDuckdb();
  await setUpConnection(engine);
  const prepared = prepare(makeCatalog({}));
  const folder = mkdtempSync(join(tmpdir(), 'weir-detect-'));
  const now = SAMPLE_DAY + DAY;

  async function load(table: Table, rows: readonly object[]): Promise<void> {
    const file = join(folder, `${table.name}.ndjson`);
    writeFileSync(file, rows.map((r) => JSON.stringify(r)).join('\n'));
    const columns = table.columns.filter((c) => !c.isComputed);
    const computed = table.columns.filter((c) => c.isComputed).map((c) => `true AS "${c.name}"`);
    const types = columns.map((c) => `"${c.name}": '${TYPES[c.type]}'`);
    const list = columns.map(({ name, type }) =>
      type === 'datetime'
        ? `make_timestamp("${name}") AS "${name}"`
        : type === 'string' || type === 'dynamic'
          ? `coalesce("${name}", '') AS "${name}"`
          : `"${name}"`,
    );
    await engine.run(
      `CREATE OR REPLACE TABLE "${table.name}" AS SELECT ${[...list, ...computed].join(', ')} FROM read_json('${file}', format = 'newline_delimited', columns = {${types.join(', ')}})`,
    );
  }

  const loaded = new Set<string>();
  async function fill(flows: readonly OneFlow[]): Promise<void> {
    for (const [name, rows] of [
      ['PairHours', pairHours(flows)],
      ['HostHours', hostHours(flows)],
      ['PairDays', pairDays(flows)],
      ['Flows', flows.map(rawFlow)],
    ] as const) {
      const table = tablesByName.get(name);
      if (!table) continue;
      await load(table, rows);
      loaded.add(name);
    }
  }

  const scan = (wanted: Scan) =>
    loaded.has(wanted.table) ? `"${wanted.table}"` : emptyScan(wanted);

  async function rows(kql: string): Promise<Row[]> {
    const compiled = compile(kql, prepared, { now });
    if (!compiled.ok) throw new Error(`${compiled.refusal.message}\n${kql}`);
    const { rows: cells, columns } = await execute(compiled.plan, engine, scan, { now });
    return toRows(
      columns,
      cells.map((r) => printRow(r, columns)),
    );
  }

  return {
    rows,
    async findIn(detectors, flows, to, onLook) {
      await fill(flows);
      const knownFrom = flows.reduce((least, f) => Math.min(least, f.start), to);
      const roles = readRoles(await rows(rolesKql({ from: to - DAY, to, knownFrom })));
      const knowledge = makeKnowledge(roles);
      const found: Finding[] = [];
      for (const detector of detectors) {
        const startedAt = performance.now();
        const from = Math.max(to - detector.window, knownFrom);
        const pass = { from, to, knownFrom, values: valuesOf(detector), knowledge };
        const kql = detector.candidates(pass);
        if (kql === undefined) continue;
        for (const claim of detector.score(await rows(kql), pass))
          found.push(makeFinding(detector, claim));
        onLook?.(detector.name, performance.now() - startedAt);
      }
      return found;
    },
    async find(detector, sample) {
      const flows = flowsOf(sample, SAMPLE_DAY);
      await fill(flows);
      const knownFrom = Math.min(...flows.map((f) => f.start));
      const span = { from: now - detector.window, to: now, knownFrom };
      const read = readZones(sample.zones ?? {});
      if (!read.zones) throw new Error(read.problems.join('; '));
      const roles = readRoles(await rows(rolesKql({ ...span, from: now - DAY })));
      const knowledge = makeKnowledge(roles, sample.zones ? read.zones : NO_ZONES);
      const pass = { ...span, values: valuesOf(detector), knowledge };
      const kql = detector.candidates(pass);
      if (kql === undefined) return [];
      return detector.score(await rows(kql), pass).map((claim) => makeFinding(detector, claim));
    },
    close() {
      engine.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function rawFlow(flow: OneFlow) {
  return {
    TimeGenerated: flow.start,
    SrcIp: flow.src,
    DestIp: flow.dest,
    SrcPort: 49152 + (Math.floor(flow.start / 1e6) % 10_000),
    DestPort: flow.port,
    L4Protocol: flow.protocol,
    FlowStatus: flow.isDenied ? 'Denied' : 'Allowed',
    PacketsSrcToDest: flow.packetsSent,
    BytesSrcToDest: flow.sent,
    PacketsDestToSrc: flow.packetsReceived,
    BytesDestToSrc: flow.received,
    IsFlowStart: true,
    InitiatorKnown: true,
  };
}
