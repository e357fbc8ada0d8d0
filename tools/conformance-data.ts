/**
 * The data part of the conformance runner: decodes the inputs of each kind and compares with what others published.
 *
 * A kind has a comparer in COMPARERS, or all its cases are not applicable, because Weir has no format for the kind yet.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { valueAt } from '#core/batch/index.ts';
import { type Decoded, decodeAll, type Problem } from '#core/decode/index.ts';
import {
  compareEvents,
  compareFeed,
  compareMaltrail,
  compareMisp,
  compareStix,
} from './conformance-intel.ts';
import type { ConformanceOptions, KindScore } from './conformance-part.ts';
import { createRuleJudge } from './conformance-rules.ts';

/** One case of an index.json. */
interface Case {
  readonly dir: string;
  readonly stream?: string;
  readonly files: readonly { readonly file: string; readonly role: string }[];
}

/** What is wrong with a case, empty when it passes; or why cases like it do not apply. */
type Verdict = { readonly wrong: readonly string[] } | { readonly notApplicable: string };
type Comparer = (found: Case, folder: string) => Verdict | Promise<Verdict>;

const COMPARERS: Readonly<Record<string, Comparer>> = {
  'aws-logs': compareAws,
  'azure-flow-logs': compareAzure,
  'detect-maltrail': compareMaltrail,
  'threat-intel': compareEvents,
  'threat-intel-feeds': compareFeed,
  'threat-intel-misp': compareMisp,
  'threat-intel-stix': compareStix,
};

export async function runData(options: ConformanceOptions): Promise<readonly KindScore[]> {
  const { root, kinds, onFailure } = options;
  const rules = createRuleJudge();
  const comparers: Readonly<Record<string, Comparer>> = {
    ...COMPARERS,
    'sigma-rules': async (found, folder) => ({ wrong: await rules.sigma(found, folder) }),
  };
  const present = readdirSync(root).filter((kind) => existsSync(join(root, kind, 'index.json')));
  const wanted = present.filter((kind) => kinds.length === 0 || kinds.includes(kind)).sort();
  const scores: KindScore[] = [];
  try {
    for (const kind of wanted) {
      const score = { kind, passed: 0, failed: 0, notApplicable: 0 };
      const cases = JSON.parse(readFileSync(join(root, kind, 'index.json'), 'utf8')) as Case[];
      const comparer = comparers[kind];
      for (const found of cases) {
        const verdict = comparer
          ? await judge(comparer, found, join(root, kind, found.dir))
          : { notApplicable: 'Weir has no format for this kind yet' };
        if ('notApplicable' in verdict) score.notApplicable++;
        else if (verdict.wrong.length === 0) score.passed++;
        else {
          score.failed++;
          onFailure(kind, found.dir, verdict.wrong.slice(0, 5).join('; '));
        }
      }
      scores.push(score);
    }
  } finally {
    await rules.stop();
  }
  return scores;
}

/** A comparer that throws (a file that is not there, an expectation of another shape) is a failed case, not the end. */
async function judge(comparer: Comparer, found: Case, folder: string): Promise<Verdict> {
  try {
    return await comparer(found, folder);
  } catch (error) {
    return { wrong: [error instanceof Error ? error.message : String(error)] };
  }
}

// ---- rows and expectations

type Row = Readonly<Record<string, string | number | boolean | null>>;

function rowsOf(decoded: Decoded): Row[] {
  return decoded.batches.flatMap((batch) =>
    Array.from({ length: batch.rows }, (_, i) =>
      Object.fromEntries([...batch.columns].map(([name, vector]) => [name, valueAt(vector, i)])),
    ),
  );
}

/** The value at a dotted path of parsed JSON; undefined when there is none. */
function at(value: unknown, path: string): unknown {
  let found = value;
  for (const key of path.split('.')) {
    if (typeof found !== 'object' || found === null) return undefined;
    found = (found as Readonly<Record<string, unknown>>)[key];
  }
  return found;
}

function extra(row: Row, name: string): unknown {
  const text = row['AdditionalFields'];
  return typeof text === 'string' && text !== '' ? at(JSON.parse(text), name) : undefined;
}

/** An instant, in µs of ours or as ISO text of theirs, as milliseconds. */
function millis(value: unknown): number {
  return typeof value === 'string' ? Date.parse(value) : Math.floor(Number(value) / 1000);
}

/** From what is expected at a path to what a row holds; both are compared as text, times as milliseconds. */
type Meaning = Readonly<Record<string, (row: Row) => unknown>>;

function compare(expected: unknown, row: Row, meaning: Meaning): string[] {
  return Object.entries(meaning).flatMap(([path, read]) => {
    const wanted = at(expected, path);
    if (wanted === undefined) return [];
    const actual = read(row);
    const isTime = typeof wanted === 'string' && /^\d{4}-\d\d-\d\dT/.test(wanted);
    const isEqual = isTime ? millis(wanted) === millis(actual) : String(wanted) === String(actual);
    return isEqual ? [] : [`${path} is ${String(actual)}, expected ${String(wanted)}`];
  });
}

function inputs(found: Case, role: string): readonly string[] {
  return found.files.filter((f) => f.role === role).map((f) => f.file);
}

function readJson(folder: string, file: string): unknown {
  return JSON.parse(readFileSync(join(folder, file), 'utf8'));
}

// ---- aws-logs

const TRANSPORTS: Readonly<Record<string, string>> = { 1: 'icmp', 6: 'tcp', 17: 'udp' };
const OUTCOMES: Readonly<Record<string, string>> = { Allowed: 'success', Denied: 'failure' };
const ACTIONS: Readonly<Record<string, string>> = { Allowed: 'ACCEPT', Denied: 'REJECT' };
const DIRECTIONS: Readonly<Record<string, string>> = { Inbound: 'ingress', Outbound: 'egress' };

/**
 * Upstream's event has the end of the window as its time, and the interface's addresses as source and destination; Weir
 * has the packet's there, and keeps the interface's where they differ.
 */
const AWS_MEANING: Meaning = {
  '@timestamp': (row) => row['FlowEndTime'],
  'event.start': (row) => row['FlowStartTime'],
  'event.end': (row) => row['FlowEndTime'],
  'event.outcome': (row) => OUTCOMES[String(row['FlowStatus'])],
  'source.ip': (row) => extra(row, 'srcaddr') ?? row['SrcIp'],
  'source.port': (row) => row['SrcPort'],
  'source.bytes': (row) => row['BytesSrcToDest'],
  'source.packets': (row) => row['PacketsSrcToDest'],
  'destination.ip': (row) => extra(row, 'dstaddr') ?? row['DestIp'],
  'destination.port': (row) => row['DestPort'],
  'network.bytes': (row) => row['BytesSrcToDest'],
  'network.packets': (row) => row['PacketsSrcToDest'],
  'network.transport': (row) => TRANSPORTS[String(row['IpProtocol'])],
  'network.iana_number': (row) => row['IpProtocol'],
  'network.direction': (row) => DIRECTIONS[String(row['FlowDirection'])],
  'cloud.account.id': (row) => row['Scope'],
  'cloud.region': (row) => row['Region'],
  'cloud.availability_zone': (row) => extra(row, 'az_id'),
  'cloud.instance.id': (row) => extra(row, 'instance_id'),
  'aws.vpcflow.action': (row) => ACTIONS[String(row['FlowStatus'])],
  'aws.vpcflow.interface_id': (row) => row['Observer'],
  'aws.vpcflow.vpc_id': (row) => row['Network'],
  'aws.vpcflow.subnet_id': (row) => row['Subnet'],
  'aws.vpcflow.tcp_flags': (row) => row['TcpFlags'],
  'aws.vpcflow.pkt_srcaddr': (row) => row['SrcIp'],
  'aws.vpcflow.pkt_dstaddr': (row) => row['DestIp'],
  'aws.vpcflow.pkt_src_service': (row) => extra(row, 'pkt_src_aws_service'),
  'aws.vpcflow.pkt_dst_service': (row) => extra(row, 'pkt_dst_aws_service'),
  'aws.vpcflow.traffic_path': (row) => extra(row, 'traffic_path'),
  'aws.vpcflow.type': (row) => extra(row, 'type'),
  'aws.vpcflow.version': (row) => extra(row, 'version'),
};

const AWS_STATUS_CODES: Readonly<Record<string, string>> = {
  NODATA: 'no-data',
  SKIPDATA: 'skipped-by-source',
};

function compareAws(found: Case, folder: string): Verdict {
  if (found.stream !== 'vpcflow')
    return { notApplicable: `Weir has no format for ${found.stream ?? 'this stream'} yet` };
  const wrong = inputs(found, 'input').flatMap((file) => {
    const bytes = readFileSync(join(folder, file));
    const expected = at(readJson(folder, `${file}-expected.json`), 'expected') as unknown[];
    const decoded = decodeAll(bytes, { object: file });
    if (decoded.state?.format !== 'aws-vpc')
      return [`read as ${decoded.state?.format ?? decoded.unknown}, expected aws-vpc`];
    const offsets = lineOffsets(bytes);
    if (offsets.length !== expected.length)
      return [`${offsets.length} lines, ${expected.length} are expected`];
    const rows = new Map(rowsOf(decoded).map((row) => [row['SourceOffset'], row]));
    const problems = new Map(decoded.problems.map((p) => [p.offset, p]));
    return expected.flatMap((event, i) =>
      compareAwsLine(event, rows.get(offsets[i]!), problems.get(offsets[i]!)).map(
        (text) => `line ${i + 1}: ${text}`,
      ),
    );
  });
  return { wrong };
}

function compareAwsLine(
  event: unknown,
  row: Row | undefined,
  problem: Problem | undefined,
): string[] {
  const status = String(at(event, 'aws.vpcflow.log_status'));
  const code = AWS_STATUS_CODES[status];
  if (code) return problem?.code === code ? [] : [`counted as ${problem?.code}, expected ${code}`];
  if (!row) return [`no row: ${problem?.detail ?? 'nothing was counted either'}`];
  return compare(event, row, AWS_MEANING);
}

function lineOffsets(bytes: Uint8Array): number[] {
  const offsets: number[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(0x0a, start);
    const stop = end < 0 ? bytes.length : end;
    if (stop > start) offsets.push(start);
    start = stop + 1;
  }
  return offsets;
}

// ---- azure-flow-logs

const NSG_STATES: Readonly<Record<string, string>> = { B: 'Begin', C: 'Continue', E: 'End' };

const NSG_TUPLE_MEANING: Meaning = {
  timestamp: (row) => row['TimeGenerated'],
  'source.ip': (row) => row['SrcIp'],
  'source.port': (row) => row['SrcPort'],
  'destination.ip': (row) => row['DestIp'],
  'destination.port': (row) => row['DestPort'],
  protocol: (row) => TRANSPORTS[String(row['IpProtocol'])]?.toUpperCase(),
  flow_state: (row) => NSG_STATES[String(row['FlowState'])],
  'traffic.decision': (row) => row['FlowStatus'],
  'traffic.flow': (row) => row['FlowDirection'],
  'packets.sent': (row) => row['PacketsSrcToDest'],
  'packets.received': (row) => row['PacketsDestToSrc'],
  'bytes.sent': (row) => row['BytesSrcToDest'],
  'bytes.received': (row) => row['BytesDestToSrc'],
  mac: (row) => row['MacAddress'],
  rule: (row) => row['AclRule'],
  resource_id: (row) => row['TargetResourceId'],
};

function compareAzure(found: Case, folder: string): Verdict {
  const [expected] = inputs(found, 'expected');
  const wrong = inputs(found, 'input').flatMap((file) => {
    const bytes = readFileSync(join(folder, file));
    if (expected) return compareNsg(bytes, readJson(folder, expected));
    const parsed: unknown = JSON.parse(new TextDecoder().decode(bytes));
    const tuples = at(parsed, 'flowTuples');
    if (!Array.isArray(tuples)) return compareTuples(bytes, parsed);
    return compareTotals(wrapVnet(tuples), at(parsed, 'expected'));
  });
  return { wrong };
}

function compareNsg(bytes: Uint8Array, file: unknown): string[] {
  const expected = (at(file, 'expected') as unknown[]).flatMap((event) => {
    const log = at(event, 'azure_network_watcher_nsg.log');
    return list(at(log, 'properties.flows')).flatMap((rule) =>
      list(at(rule, 'flows')).flatMap((flow) =>
        list(at(flow, 'tuples')).map((tuple) => ({
          ...(tuple as object),
          mac: at(flow, 'mac'),
          rule: at(rule, 'rule'),
          resource_id: at(log, 'resource_id'),
        })),
      ),
    );
  });
  const decoded = decodeAll(bytes);
  const rows = rowsOf(decoded);
  if (decoded.problems.length > 0 || rows.length !== expected.length)
    return [
      `${rows.length} rows and ${decoded.problems.length} problems, expected ${expected.length} rows`,
    ];
  return rows.flatMap((row, i) => compare(expected[i], row, NSG_TUPLE_MEANING));
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** All texts in arrays named flowTuples, at any depth. */
function findTuples(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'flowTuples' ? list(inner).map(String) : findTuples(inner),
  );
}

/** A published example without an expectation: every tuple is a row that says the same as the tuple. */
function compareTuples(bytes: Uint8Array, parsed: unknown): string[] {
  const tuples = findTuples(parsed);
  const decoded = decodeAll(bytes);
  const rows = rowsOf(decoded);
  if (decoded.problems.length > 0 || rows.length !== tuples.length || tuples.length === 0)
    return [
      `${rows.length} rows and ${decoded.problems.length} problems, expected ${tuples.length} rows`,
    ];
  return rows.flatMap((row, i) => {
    const fields = tuples[i]!.split(',');
    const said = [
      Number(row['TimeGenerated']) / 1000,
      ...[row['SrcIp'], row['DestIp'], row['SrcPort'], row['DestPort'], row['IpProtocol']],
      String(row['FlowDirection']).slice(0, 1),
      row['FlowState'],
    ].join(',');
    const counters = COUNTERS.map((name) => row[name]).join(',');
    const isSame = said === fields.slice(0, 8).join(',') && counters === fields.slice(9).join(',');
    return isSame ? [] : [`${tuples[i]} became ${said} with ${counters}`];
  });
}

const COUNTERS = [
  'PacketsSrcToDest',
  'BytesSrcToDest',
  'PacketsDestToSrc',
  'BytesDestToSrc',
] as const;

/** Tuples on their own, as a VNet flow log of one record. */
function wrapVnet(flowTuples: readonly unknown[]): Uint8Array {
  const flowRecords = { flows: [{ aclID: '', flowGroups: [{ rule: '', flowTuples }] }] };
  const record = {
    time: '',
    flowLogVersion: 4,
    macAddress: '000000000000',
    targetResourceID: '',
    flowRecords,
  };
  return new TextEncoder().encode(JSON.stringify({ records: [record] }));
}

function compareTotals(bytes: Uint8Array, expected: unknown): string[] {
  const decoded = decodeAll(bytes);
  const rows = rowsOf(decoded);
  const sum = (name: string) => rows.reduce((total, row) => total + Number(row[name]), 0);
  const [packetsSent, bytesSent, packetsReceived, bytesReceived] = COUNTERS.map(sum) as [
    number,
    number,
    number,
    number,
  ];
  const actual: Readonly<Record<string, number>> = {
    packetsTotal: packetsSent + packetsReceived,
    bytesTotal: bytesSent + bytesReceived,
    packetsSent,
    packetsReceived,
    bytesSent,
    bytesReceived,
  };
  const wrong = Object.entries(expected as Readonly<Record<string, number>>).flatMap(
    ([name, wanted]) =>
      actual[name] === wanted ? [] : [`${name} is ${actual[name]}, expected ${wanted}`],
  );
  return decoded.problems.length > 0 ? [...wrong, `problem ${decoded.problems[0]!.detail}`] : wrong;
}
