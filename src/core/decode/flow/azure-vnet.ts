import type { Decoder, DecodeSink, Format, Origin } from '../format.ts';
import { VnetTuples } from './azure-vnet-tuples.ts';
import { BrokenJson, JsonCursor } from './json-cursor.ts';
import { cutRecords, enterRecords, isSpace, type RecordShape } from './json-records.ts';
import { RecordStarts } from './record-starts.ts';
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
  readonly #sink: DecodeSink;
  readonly #json = new JsonCursor();
  /** The list that an element of this record should hold and does not; '' when none is missing. */
  #missing = '';
  readonly #tuples: VnetTuples;

  constructor(sink: DecodeSink) {
    this.#sink = sink;
    this.#tuples = new VnetTuples(sink);
  }

  decode(unit: Uint8Array, origin: Origin): void {
    this.#tuples.begin(unit);
    const starts = new RecordStarts(unit, SHAPE);
    let i = 0;
    while (i < unit.length) {
      const c = unit[i]!;
      if (c === 0x7b) {
        const inside = enterRecords(unit, i);
        if (inside >= 0) {
          i = inside;
          continue;
        }
        i = this.#record(unit, i, origin, starts);
      } else if (c === 0x2c || c === 0x5b || c === 0x5d || c === 0x7d || isSpace(c)) i++;
      else if (c === 0xef && unit[i + 1] === 0xbb && unit[i + 2] === 0xbf) i += 3;
      else {
        const next = starts.after(i);
        this.#sink.problem(
          'not-json',
          origin.offset + i,
          'text between records',
          unit.subarray(i, next < 0 ? undefined : next),
        );
        i = next < 0 ? unit.length : next;
      }
    }
    this.#tuples.endRecord();
  }

  /** Reads the record at `at`; returns where to go on. */
  #record(unit: Uint8Array, at: number, origin: Origin, starts: RecordStarts): number {
    const json = this.#json;
    // A record never reaches into the next one, however it is damaged.
    const next = starts.after(at);
    const limit = next < 0 ? unit.length : next;
    json.reset(unit.subarray(0, limit), at);
    this.#missing = '';
    try {
      if (!this.#readRecord(at, origin)) this.#missing = 'flowRecords';
      if (this.#missing !== '')
        this.#sink.problem(
          'not-a-record',
          origin.offset + at,
          `the record, or a part of it, has no ${this.#missing}`,
          unit.subarray(at, json.at),
        );
      return json.at;
    } catch (error) {
      if (!(error instanceof BrokenJson)) throw error;
      const isCut = next < 0 && error.at >= limit;
      this.#sink.problem(
        isCut ? 'truncated' : 'not-json',
        origin.offset + at,
        `${error.message} at byte ${origin.offset + error.at}`,
        unit.subarray(at, limit),
      );
      return limit;
    }
  }

  #readRecord(at: number, origin: Origin): boolean {
    const json = this.#json;
    const tuples = this.#tuples;
    tuples.beginRecord(origin, origin.offset + at);
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
          if (known.macAddress && known.targetResourceID) return this.#readFlows();
          later = json.at;
          return json.skip();
        default: {
          const start = json.at;
          json.skip();
          if (!LEFT_OUT.has(key)) tuples.addField(key, json.textFrom(start));
        }
      }
    });
    if (later >= 0) {
      const end = json.at;
      json.at = later;
      this.#readFlows();
      json.at = end;
    }
    return isFound;
  }

  #readFlows(): void {
    const json = this.#json;
    let isFound = false;
    json.object((key) => {
      if (key !== 'flows') return json.skip();
      isFound = true;
      json.array(() =>
        this.#readWithName(
          'aclID',
          'flowGroups',
          (acl) => this.#tuples.setAcl(acl),
          () => this.#readGroups(),
        ),
      );
    });
    if (!isFound) this.#missing = 'flows';
  }

  #readGroups(): void {
    const json = this.#json;
    json.array(() =>
      this.#readWithName(
        'rule',
        'flowTuples',
        (rule) => this.#tuples.setRule(rule),
        () => {
          json.peek();
          json.at = this.#tuples.read(json.bytes, json.at);
        },
      ),
    );
  }

  /** Reads an object that names something and holds a list; the list is read after the name, wherever they stand. */
  #readWithName(
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
