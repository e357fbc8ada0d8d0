import type { DecodeSink, Origin } from '../format.ts';
import { BrokenJson, JsonCursor } from './json-cursor.ts';
import { enterRecords, isSpace, type RecordShape } from './json-records.ts';
import { RecordStarts } from './record-starts.ts';

const OPEN_BRACE = 0x7b;

/** How a format reads one record. */
export interface AzureRecord {
  readonly shape: RecordShape;
  /** Reads the record at the cursor, which begins at this offset of the object. */
  read(records: AzureRecords, origin: Origin, offset: number): void;
}

/**
 * Walks through the records of units of Azure's flow logs, each of which becomes rows or is counted as a problem:
 * what stands between records, what is no JSON, and what lacks a part.
 */
export class AzureRecords {
  readonly json = new JsonCursor();
  /** The list that a part of this record should hold and does not; '' when none is missing. */
  missing = '';
  readonly #sink: DecodeSink;
  readonly #record: AzureRecord;

  constructor(sink: DecodeSink, record: AzureRecord) {
    this.#sink = sink;
    this.#record = record;
  }

  readUnit(unit: Uint8Array, origin: Origin): void {
    const starts = new RecordStarts(unit, this.#record.shape);
    let i = 0;
    while (i < unit.length) {
      const c = unit[i]!;
      if (c === OPEN_BRACE) {
        const inside = enterRecords(unit, i);
        i = inside >= 0 ? inside : this.#readRecord(unit, i, origin, starts);
      } else if (c === 0x2c || c === 0x5b || c === 0x5d || c === 0x7d || isSpace(c)) i++;
      else if (c === 0xef && unit[i + 1] === 0xbb && unit[i + 2] === 0xbf) i += 3;
      else {
        const next = starts.after(i);
        const end = next < 0 ? unit.length : next;
        const text = unit.subarray(i, end);
        this.#sink.problem('not-json', origin.offset + i, 'text between records', text);
        i = end;
      }
    }
  }

  /** Reads the record at `at`; returns where to go on. */
  #readRecord(unit: Uint8Array, at: number, origin: Origin, starts: RecordStarts): number {
    const { json } = this;
    // A record never reaches into the next one, however it is damaged.
    const next = starts.after(at);
    const limit = next < 0 ? unit.length : next;
    const offset = origin.offset + at;
    json.reset(unit.subarray(0, limit), at);
    this.missing = '';
    try {
      this.#record.read(this, origin, offset);
      if (this.missing !== '') {
        const detail = `the record, or a part of it, has no ${this.missing}`;
        this.#sink.problem('not-a-record', offset, detail, unit.subarray(at, json.at));
      }
      return json.at;
    } catch (error) {
      if (!(error instanceof BrokenJson)) throw error;
      const code = next < 0 && error.at >= limit ? 'truncated' : 'not-json';
      const detail = `${error.message} at byte ${origin.offset + error.at}`;
      this.#sink.problem(code, offset, detail, unit.subarray(at, limit));
      return limit;
    }
  }

  /** Reads an object that names something and holds a list; the list is read after the name, wherever they stand. */
  readNamed(
    nameKey: string,
    listKey: string,
    setName: (name: string) => void,
    readList: () => void,
  ): void {
    const { json } = this;
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
    if (!isFound) this.missing = listKey;
    if (later >= 0) this.readAt(later, readList);
  }

  /** Reads the object at the cursor, whose `flows` is a list. */
  readFlows(readFlow: () => void): void {
    const { json } = this;
    let isFound = false;
    json.object((key) => {
      if (key !== 'flows') return json.skip();
      isFound = true;
      json.array(readFlow);
    });
    if (!isFound) this.missing = 'flows';
  }

  /** Reads what was passed over at `at`; the cursor is back afterwards. */
  readAt(at: number, read: () => void): void {
    const { json } = this;
    const end = json.at;
    json.at = at;
    read();
    json.at = end;
  }
}
