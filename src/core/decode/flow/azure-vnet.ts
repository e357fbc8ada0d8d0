import type { Decoder, DecodeSink, Format, Origin } from '../format.ts';
import { AzureRecords } from './azure-records.ts';
import { VnetTuples } from './azure-vnet-tuples.ts';
import { cutRecords, type RecordShape } from './json-records.ts';
import { hasKeys } from './sniff.ts';

const SHAPE: RecordShape = {
  firstKeys: [
    'time',
    'flowLogVersion',
    'flowLogGUID',
    'macAddress',
    'flowLogResourceID',
    'targetResourceID',
    'flowRecords',
    'category',
    'operationName',
  ],
  tuplesKey: 'flowTuples',
};

/**
 * Azure virtual network flow logs, flowLogVersion 4, as Network Watcher writes them to PT1H.json.
 *
 * Shape: `{"records":[{time, macAddress, targetResourceID, flowRecords:{flows:[{aclID, flowGroups:[{rule, flowTuples:[…]}]}]}}]}`.
 * Each tuple is one row. A tuple that cannot be read is one problem; where the JSON of a record breaks, the tuples
 * before the break are rows, the break is one problem, and reading goes on at the next tuple or record that can be found.
 * AdditionalFields keeps the members of a record that Microsoft does not document. Left out: time (when the record was
 * written), flowLogVersion, flowLogGUID (FlowLogResourceId names the log), category, operationName.
 * Source: Microsoft, "Virtual network flow logs", section "Log format".
 */
export const azureVnet: Format = {
  name: 'azure-vnet',
  title: 'Azure VNet flow log',
  tables: ['Flows'],
  sniff: (head) => hasKeys(head, ['"flowRecords"']) || hasKeys(head, ['"flowLogVersion"']),
  cut: (bytes) => cutRecords(bytes, SHAPE),
  context: () => null,
  open: (sink) => new VnetDecoder(sink),
};

/** Members of a record that have no column and are documented. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  'time',
  'flowLogVersion',
  'flowLogGUID',
  'category',
  'operationName',
]);

class VnetDecoder implements Decoder {
  readonly #tuples: VnetTuples;
  readonly #records: AzureRecords;

  constructor(sink: DecodeSink) {
    this.#tuples = new VnetTuples(sink);
    this.#records = new AzureRecords(sink, {
      shape: SHAPE,
      read: (records, origin, offset) => this.#readRecord(records, origin, offset),
    });
  }

  decode(unit: Uint8Array, origin: Origin): void {
    this.#tuples.begin(unit);
    this.#records.readUnit(unit, origin);
    this.#tuples.endRecord();
  }

  #readRecord(records: AzureRecords, origin: Origin, offset: number): void {
    const { json } = records;
    const tuples = this.#tuples;
    tuples.beginRecord(origin, offset);
    let later = -1;
    let isFound = false;
    const known = { macAddress: false, targetResourceID: false };
    json.object((key) => {
      switch (key) {
        case 'macAddress':
          known.macAddress = true;
          return tuples.setMac(json.scalar());
        case 'targetResourceID':
          known.targetResourceID = true;
          return tuples.setTarget(json.scalar());
        case 'flowLogResourceID':
          return tuples.setFlowLog(json.scalar());
        case 'flowRecords':
          isFound = true;
          if (known.macAddress && known.targetResourceID) return this.#readFlows(records);
          later = json.at;
          return json.skip();
        default: {
          const start = json.at;
          json.skip();
          if (!LEFT_OUT.has(key)) tuples.addField(key, json.textFrom(start));
        }
      }
    });
    if (later >= 0) records.readAt(later, () => this.#readFlows(records));
    if (!isFound) records.missing = 'flowRecords';
  }

  #readFlows(records: AzureRecords): void {
    const { json } = records;
    const tuples = this.#tuples;
    const readTuples = () => {
      json.peek();
      json.at = tuples.read(json.bytes, json.at);
    };
    const readGroup = () =>
      records.readNamed('rule', 'flowTuples', (rule) => tuples.setRule(rule), readTuples);
    const readGroups = () => json.array(readGroup);
    records.readFlows(() =>
      records.readNamed('aclID', 'flowGroups', (acl) => tuples.setAcl(acl), readGroups),
    );
  }
}
