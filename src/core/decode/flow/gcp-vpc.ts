import type { Decoder, DecodeSink, Format, Origin } from '../format.ts';
import { GcpVpcEntries } from './gcp-vpc-entries.ts';
import { cutObjects, readObjects } from './json-objects.ts';
import { cutRecords, type RecordShape } from './json-records.ts';
import { hasKeys } from './sniff.ts';

const NAME = 'gcp-vpc';
const SHAPE: RecordShape = {
  firstKeys: [
    'insertId',
    'logName',
    'jsonPayload',
    'timestamp',
    'receiveTimestamp',
    'receiveLocation',
    'resource',
    'severity',
  ],
  tuplesKey: '',
};

/**
 * GCP VPC flow logs: Cloud Logging's LogEntry as JSON, in one array, one after the other or line by line, pretty or not.
 *
 * One entry is one direction of a connection in one aggregation window, as one reporter saw it. SrcIp is the sender,
 * counters of the way back are null, InitiatorKnown is false.
 * - TimeGenerated is the start of the window (start_time), or the entry's timestamp where that is missing.
 * - The observer is the side that reports: SRC gives Outbound, DEST Inbound; gateways give no direction. Observer, Network,
 *   Subnet and Region are those of that side; what the payload does not say comes from the resource's labels. Scope is the
 *   project of the log.
 * - GCP has scaled packets and bytes up for the packets it did not look at, at a rate that changes and is not written:
 *   SamplingRate is null. How many log entries flow_sampling left out is not corrected, nor written.
 * - AdditionalFields keeps the payload as it is without connection, counters and times, and the entry's insertId, labels of
 *   the resource that are not in a column, and members that Cloud Logging does not document. Left out: logName, timestamp,
 *   receiveTimestamp, severity.
 *
 * Source: Google, "VPC Flow Logs records" and "LogEntry".
 */
export const gcpVpc: Format = {
  name: NAME,
  title: 'GCP VPC flow log',
  tables: ['Flows'],
  sniff: (head) =>
    hasKeys(head, ['"jsonPayload"']) &&
    (hasKeys(head, ['vpc_flows"']) || hasKeys(head, ['"connection"', '"src_ip"', '"reporter"'])),
  cut: (bytes) => cutObjects(bytes, cutRecords(bytes, SHAPE)),
  context: () => null,
  open: (sink) => new GcpVpcDecoder(sink),
};

class GcpVpcDecoder implements Decoder {
  readonly #sink: DecodeSink;
  readonly #entries: GcpVpcEntries;

  constructor(sink: DecodeSink) {
    this.#sink = sink;
    this.#entries = new GcpVpcEntries(sink, NAME);
  }

  decode(unit: Uint8Array, origin: Origin): void {
    this.#entries.begin(origin);
    readObjects(unit, origin, SHAPE, this.#sink, (entry, at, end) => {
      const problem = this.#entries.read(entry, origin.offset + at);
      if (problem)
        this.#sink.problem(problem[0], origin.offset + at, problem[1], unit.subarray(at, end));
    });
    this.#entries.end();
  }
}
