import type { Decoder, DecodeSink, Format, Origin } from '../format.ts';
import { NsgTuples } from './azure-nsg-tuples.ts';
import { AzureRecords } from './azure-records.ts';
import { cutRecords, type RecordShape } from './json-records.ts';
import { hasKeys } from './sniff.ts';

const NAME = 'azure-nsg';
const SHAPE: RecordShape = {
  firstKeys: [
    'time',
    'systemId',
    'macAddress',
    'category',
    'resourceId',
    'operationName',
    'properties',
  ],
  tuplesKey: 'flowTuples',
};

/**
 * Azure network security group flow logs, versions 1 and 2, as Network Watcher writes them to PT1H.json.
 *
 * Shape: `{"records":[{time, systemId, resourceId, properties:{Version, flows:[{rule, flows:[{mac, flowTuples:[…]}]}]}}]}`;
 * `{"records":[…]}` may stand inside records. Each tuple is one row: SrcIp is the initiator. AclGroup is
 * `subscription/group/nsg` in lower case, as Traffic Analytics names NSGs; systemId is kept in AdditionalFields. Version 1
 * knows no states and no counters: each tuple is a started flow. A denied flow has the state D, as in VNet logs.
 * Left out: time (when the record was written), category, operationName, Version, and what Microsoft does not document;
 * the format is closed, it ends in 2027.
 * A tuple that cannot be read is one problem, so is the place where the JSON of a record breaks; the tuples before are rows.
 * Source: Microsoft, "Flow logging for network security groups", section "Log format".
 */
export const azureNsg: Format = {
  name: NAME,
  title: 'Azure NSG flow log',
  tables: ['Flows'],
  sniff: (head) =>
    (hasKeys(head, ['"NetworkSecurityGroupFlowEvent"']) ||
      hasKeys(head, ['"flowTuples"', '"mac"'])) &&
    !hasKeys(head, ['"flowRecords"']) &&
    !hasKeys(head, ['"flowLogVersion"']),
  cut: (bytes) => cutRecords(bytes, SHAPE),
  context: () => null,
  open: (sink) => new NsgDecoder(sink),
};

class NsgDecoder implements Decoder {
  readonly #tuples: NsgTuples;
  readonly #records: AzureRecords;

  constructor(sink: DecodeSink) {
    this.#tuples = new NsgTuples(sink, NAME);
    this.#records = new AzureRecords(sink, {
      shape: SHAPE,
      read: (records, _, offset) => this.#readRecord(records, offset),
    });
  }

  decode(unit: Uint8Array, origin: Origin): void {
    this.#tuples.begin(origin);
    this.#records.readUnit(unit, origin);
    this.#tuples.end();
  }

  /** Reads a record in two passes where its flows stand before what they need to know. */
  #readRecord(records: AzureRecords, offset: number): void {
    const { json } = records;
    const record = { resourceId: '', systemId: '', mac: '' };
    const readProperties = () => {
      this.#tuples.beginRecord(offset, record);
      this.#readProperties(records);
    };
    let later = -1;
    let isFound = false;
    json.object((key) => {
      if (key === 'resourceId') record.resourceId = json.scalar();
      else if (key === 'systemId') record.systemId = json.scalar();
      else if (key === 'macAddress') record.mac = json.scalar();
      else if (key === 'properties') {
        isFound = true;
        later = -1;
        if (record.resourceId !== '') readProperties();
        else {
          later = json.at;
          json.skip();
        }
      } else json.skip();
    });
    if (later >= 0) records.readAt(later, readProperties);
    if (!isFound) records.missing = 'properties';
  }

  #readProperties(records: AzureRecords): void {
    const { json } = records;
    const tuples = this.#tuples;
    const readTuples = () => {
      json.peek();
      json.at = tuples.read(json.bytes, json.at);
    };
    const readMac = () =>
      records.readNamed('mac', 'flowTuples', (mac) => tuples.setMac(mac), readTuples);
    const readMacs = () => json.array(readMac);
    records.readFlows(() =>
      records.readNamed('rule', 'flows', (rule) => tuples.setRule(rule), readMacs),
    );
  }
}
