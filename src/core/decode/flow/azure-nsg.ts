import type { Decoder, DecodeSink, Format, Origin } from '../format.ts';
import { NsgTuples } from './azure-nsg-tuples.ts';
import { BrokenJson, JsonCursor } from './json-cursor.ts';
import { cutRecords, enterRecords, isSpace, type RecordShape } from './json-records.ts';
import { RecordStarts } from './record-starts.ts';
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
  readonly #sink: DecodeSink;
  readonly #json = new JsonCursor();
  /** The list that a part of this record should hold and does not; '' when none is missing. */
  #missing = '';
  readonly #tuples: NsgTuples;

  constructor(sink: DecodeSink) {
    this.#sink = sink;
    this.#tuples = new NsgTuples(sink, NAME);
  }

  decode(unit: Uint8Array, origin: Origin): void {
    this.#tuples.begin(origin);
    const starts = new RecordStarts(unit, SHAPE);
    let i = 0;
    while (i < unit.length) {
      const c = unit[i]!;
      if (c === 0x7b) {
        const inside = enterRecords(unit, i);
        i = inside >= 0 ? inside : this.#record(unit, i, origin, starts);
      } else if (c === 0x2c || c === 0x5b || c === 0x5d || c === 0x7d || isSpace(c)) i++;
      else if (c === 0xef && unit[i + 1] === 0xbb && unit[i + 2] === 0xbf) i += 3;
      else {
        const next = starts.after(i);
        const end = next < 0 ? unit.length : next;
        this.#sink.problem(
          'not-json',
          origin.offset + i,
          'text between records',
          unit.subarray(i, end),
        );
        i = end;
      }
    }
    this.#tuples.end();
  }

  /** Reads the record at `at`; returns where to go on. */
  #record(unit: Uint8Array, at: number, origin: Origin, starts: RecordStarts): number {
    const json = this.#json;
    // A record never reaches into the next one, however it is damaged.
    const next = starts.after(at);
    const limit = next < 0 ? unit.length : next;
    json.reset(unit.subarray(0, limit), at);
    try {
      this.#missing = '';
      if (!this.#readRecord(origin.offset + at)) this.#missing = 'properties';
      if (this.#missing !== '') {
        const detail = `the record, or a part of it, has no ${this.#missing}`;
        this.#sink.problem('not-a-record', origin.offset + at, detail, unit.subarray(at, json.at));
      }
      return json.at;
    } catch (error) {
      if (!(error instanceof BrokenJson)) throw error;
      const isCut = next < 0 && error.at >= limit;
      const detail = `${error.message} at byte ${origin.offset + error.at}`;
      this.#sink.problem(
        isCut ? 'truncated' : 'not-json',
        origin.offset + at,
        detail,
        unit.subarray(at, limit),
      );
      return limit;
    }
  }

  /** Reads a record in two passes, since its flows may stand before what they need to know; false when it has no flows. */
  #readRecord(offset: number): boolean {
    const json = this.#json;
    const record = { resourceId: '', systemId: '', mac: '' };
    let flowsAt = -1;
    let isEarly = false;
    const start = json.at;
    json.object((key) => {
      if (key === 'resourceId') record.resourceId = json.scalar();
      else if (key === 'systemId') record.systemId = json.scalar();
      else if (key === 'macAddress') record.mac = json.scalar();
      else if (key === 'properties') {
        flowsAt = json.at;
        isEarly = record.resourceId !== '';
        if (isEarly) {
          this.#tuples.beginRecord(offset, record);
          this.#readProperties();
        } else json.skip();
      } else json.skip();
    });
    if (flowsAt < start) return false;
    if (isEarly) return true;
    const end = json.at;
    json.at = flowsAt;
    this.#tuples.beginRecord(offset, record);
    this.#readProperties();
    json.at = end;
    return true;
  }

  #readProperties(): void {
    const json = this.#json;
    let isFound = false;
    json.object((key) => {
      if (key !== 'flows') return json.skip();
      isFound = true;
      json.array(() =>
        this.#readNamed(
          'rule',
          'flows',
          (rule) => this.#tuples.setRule(rule),
          () => this.#readMacs(),
        ),
      );
    });
    if (!isFound) this.#missing = 'flows';
  }

  #readMacs(): void {
    const json = this.#json;
    json.array(() =>
      this.#readNamed(
        'mac',
        'flowTuples',
        (mac) => this.#tuples.setMac(mac),
        () => {
          json.peek();
          json.at = this.#tuples.read(json.bytes, json.at);
        },
      ),
    );
  }

  /** Reads an object that names something and holds a list; the list is read after the name, wherever they stand. */
  #readNamed(
    nameKey: string,
    listKey: string,
    setName: (name: string) => void,
    readList: () => void,
  ): void {
    const json = this.#json;
    let isNamed = false;
    let isFound = false;
    let later = -1;
    setName('');
    json.object((key) => {
      if (key === nameKey) {
        isNamed = true;
        setName(json.scalar());
      } else if (key === listKey) {
        isFound = true;
        if (isNamed) return readList();
        later = json.at;
        json.skip();
      } else json.skip();
    });
    if (!isFound) this.#missing = listKey;
    if (later < 0) return;
    const end = json.at;
    json.at = later;
    readList();
    json.at = end;
  }
}
