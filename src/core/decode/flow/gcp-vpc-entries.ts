import { canonicalIp } from '#core/base/index.ts';
import type { DecodeSink, Origin, ProblemCode } from '../format.ts';
import { FlowColumns, isLikelyStart } from './flow-columns.ts';
import { parseInstant } from './instant-text.ts';
import { isObject, type JsonObject, member, textMember } from './json-objects.ts';

/** Members of the payload that have columns of their own. */
const OWN_PAYLOAD = new Set(['connection', 'bytes_sent', 'packets_sent', 'start_time', 'end_time']);
const OWN_CONNECTION = new Set(['src_ip', 'src_port', 'dest_ip', 'dest_port', 'protocol']);
/** Members of the entry that are read, or that say nothing of the traffic. */
const KNOWN_ENTRY = new Set([
  'jsonPayload',
  'logName',
  'timestamp',
  'receiveTimestamp',
  'severity',
  'resource',
]);
const OWN_LABELS = new Set(['project_id', 'location', 'subnetwork_name']);

const INBOUND = 1;
const OUTBOUND = 2;

type Problem = readonly [code: ProblemCode, detail: string];

/** A number that JSON may hold as text (int64); NaN when it is missing, null or empty; -1 when it is none up to `max`. */
function readNumber(value: unknown, max: number): number {
  if (value === undefined || value === null || value === '') return Number.NaN;
  if (typeof value === 'string' && !/^\d{1,16}$/.test(value)) return -1;
  const number = typeof value === 'string' ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) && number >= 0 && number <= max
    ? number
    : -1;
}

/** Reads LogEntry objects of VPC flow logs into `Flows`. */
export class GcpVpcEntries {
  readonly #columns: FlowColumns;

  constructor(sink: DecodeSink, source: string) {
    this.#columns = new FlowColumns(sink, source);
  }

  /** Call before the entries of a unit, and `end` after them. */
  begin(origin: Origin): void {
    this.#columns.beginUnit(origin);
  }

  end(): void {
    this.#columns.endUnit();
  }

  /** Turns an entry that stands at `offset` into one row; returns what is wrong with it otherwise. */
  read(entry: JsonObject, offset: number): Problem | undefined {
    const payload = member(entry, 'jsonPayload');
    const connection = member(payload, 'connection');
    if (!isObject(payload) || !isObject(connection))
      return ['not-a-record', 'the entry has no jsonPayload.connection'];
    const src = canonicalIp(textMember(connection, 'src_ip'));
    if (src === undefined) return ['bad-address', 'src_ip is not an address'];
    const dest = canonicalIp(textMember(connection, 'dest_ip'));
    if (dest === undefined) return ['bad-address', 'dest_ip is not an address'];
    const srcPort = readNumber(member(connection, 'src_port'), 65_535);
    const destPort = readNumber(member(connection, 'dest_port'), 65_535);
    if (srcPort < 0 || destPort < 0) return ['bad-number', 'a port is not 0 to 65535'];
    const protocol = readNumber(member(connection, 'protocol'), 255);
    if (protocol < 0) return ['bad-number', 'the protocol is not 0 to 255'];
    const packets = readNumber(member(payload, 'packets_sent'), Number.MAX_SAFE_INTEGER);
    const bytes = readNumber(member(payload, 'bytes_sent'), Number.MAX_SAFE_INTEGER);
    if (packets < 0 || bytes < 0)
      return ['bad-number', 'packets_sent or bytes_sent is not a number up to 2^53'];
    const startText = textMember(payload, 'start_time');
    const endText = textMember(payload, 'end_time');
    const start = parseInstant(startText);
    const end = parseInstant(endText);
    if ((startText !== '' && Number.isNaN(start)) || (endText !== '' && Number.isNaN(end)))
      return ['bad-time', 'start_time or end_time is not a time of the years 1990 to 2255'];
    if (end < start) return ['bad-time', 'the window ends before it starts'];
    const time = Number.isNaN(start) ? parseInstant(textMember(entry, 'timestamp')) : start;
    if (Number.isNaN(time)) return ['bad-time', 'the entry has neither start_time nor timestamp'];

    const c = this.#columns;
    const row = c.begin(offset);
    c.timeGenerated.set(row, time);
    if (!Number.isNaN(start)) c.start.set(row, start);
    if (!Number.isNaN(end)) c.end.set(row, end);
    c.srcIp.set(row, src);
    c.destIp.set(row, dest);
    c.setTransport(row, protocol, srcPort, destPort);
    if (!Number.isNaN(packets)) c.packets.set(row, packets);
    if (!Number.isNaN(bytes)) c.bytes.set(row, bytes);
    c.initiatorKnown.set(row, false);
    c.isFlowStart.set(row, isLikelyStart(protocol, Number.NaN, srcPort, destPort));
    this.#setPlace(row, entry, payload);
    // Nearly every text is another one: insertId is in it.
    c.additional.codes[row] = c.additional.append(printAdditional(entry, payload));
    return undefined;
  }

  /** Fills where the flow was seen: the reporter's side of the payload, then the labels of the resource. */
  #setPlace(row: number, entry: JsonObject, payload: JsonObject): void {
    const c = this.#columns;
    const reporter = textMember(payload, 'reporter');
    if (reporter === 'SRC') c.direction.set(row, OUTBOUND);
    if (reporter === 'DEST') c.direction.set(row, INBOUND);
    const side = reporter.startsWith('DEST') ? 'dest' : 'src';
    const labels = member(member(entry, 'resource'), 'labels');
    const vpc = member(payload, `${side}_vpc`);
    const instance = member(payload, `${side}_instance`);
    const gateway = member(payload, `${side}_gateway`);
    const isGateway = reporter.endsWith('_GATEWAY');
    c.observer.set(row, isGateway ? textMember(gateway, 'name') : textMember(instance, 'vm_name'));
    c.scope.set(row, textMember(labels, 'project_id') || projectOf(textMember(entry, 'logName')));
    c.network.set(
      row,
      textMember(vpc, 'vpc_name') || textMember(member(gateway, 'vpc'), 'vpc_name'),
    );
    c.subnet.set(row, textMember(vpc, 'subnetwork_name') || textMember(labels, 'subnetwork_name'));
    c.region.set(
      row,
      textMember(vpc, 'subnetwork_region') ||
        textMember(instance, 'region') ||
        regionOf(textMember(labels, 'location') || textMember(gateway, 'location')),
    );
  }
}

/** The project in `projects/P/logs/…`. */
function projectOf(logName: string): string {
  return /^projects\/([^/]+)\//.exec(logName)?.[1] ?? '';
}

/** The region of a zone (`europe-west4-a`), or the text as it is when it is no zone. */
function regionOf(location: string): string {
  return /^([a-z]+-[a-z]+\d+)-[a-z]$/.exec(location)?.[1] ?? location;
}

/** What has no column, as JSON text; '' when nothing is left. Made of entries, so that no key can be special. */
function printAdditional(entry: JsonObject, payload: JsonObject): string {
  const labels = member(member(entry, 'resource'), 'labels');
  const rest = [
    ...entriesOf(labels, OWN_LABELS),
    ...entriesOf(entry, KNOWN_ENTRY),
    ...entriesOf(member(payload, 'connection'), OWN_CONNECTION),
    ...entriesOf(payload, OWN_PAYLOAD),
  ];
  return rest.length === 0 ? '' : JSON.stringify(Object.fromEntries(rest));
}

/** The members of an object without those named; where two objects share a name, the later one of a list stays. */
function entriesOf(value: unknown, own: ReadonlySet<string>): [string, unknown][] {
  return isObject(value) ? Object.entries(value).filter(([key]) => !own.has(key)) : [];
}
