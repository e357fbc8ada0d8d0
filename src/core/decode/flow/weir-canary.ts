import { decodeUtf8 } from '#core/base/index.ts';
import type { NumberColumn, TableBuilder, TextColumn } from '#core/batch/index.ts';
import type { Decoder, DecodeSink, Format, Origin } from '../format.ts';
import { parseInstant } from './instant-text.ts';
import { includesText } from './sniff.ts';

const NAME = 'weir-canary';
const HEAD = `${NAME} 1 `;
const NEWLINE = 0x0a;
const BYTE_ORDER_MARK = /^\ufeff/;
const LINE = /^weir-canary 1 ([A-Za-z0-9-]{1,64}) (\d{1,9}) (\S{1,48})$/;

/**
 * The events of `weir canary`: lines of `weir-canary 1 MARKER NUMBER TIME`. They go the way of every log, into a table of
 * their own.
 */
export const weirCanary: Format = {
  name: NAME,
  title: "Weir's own canary",
  tables: ['CanaryEvents'],
  sniff: (head) => includesText(head.subarray(0, HEAD.length + 3), HEAD),
  cut: (bytes, isEnd) => (isEnd ? bytes.length : bytes.lastIndexOf(NEWLINE) + 1),
  context: () => null,
  open: (sink) => new WeirCanaryDecoder(sink),
};

class WeirCanaryDecoder implements Decoder {
  readonly #sink: DecodeSink;
  readonly #rows: TableBuilder;
  readonly #time: NumberColumn;
  readonly #marker: TextColumn;
  readonly #number: NumberColumn;

  constructor(sink: DecodeSink) {
    this.#sink = sink;
    this.#rows = sink.builder('CanaryEvents');
    this.#time = this.#rows.number('TimeGenerated');
    this.#marker = this.#rows.text('Marker');
    this.#number = this.#rows.number('Number');
  }

  decode(unit: Uint8Array, origin: Origin): void {
    const source = this.#rows.text('Source');
    const object = this.#rows.text('SourceObject');
    const offset = this.#rows.number('SourceOffset');
    const ingested = this.#rows.number('IngestionTime');
    for (let start = 0; start < unit.length; ) {
      const newline = unit.indexOf(NEWLINE, start);
      const end = newline < 0 ? unit.length : newline;
      const bytes = unit.subarray(start, end);
      const at = origin.offset + start;
      start = end + 1;
      const text = decodeUtf8(bytes).replace(BYTE_ORDER_MARK, '').trim();
      if (text === '') continue;
      const parts = LINE.exec(text);
      const time = parts ? parseInstant(parts[3] ?? '') : Number.NaN;
      if (!parts || Number.isNaN(time)) {
        this.#sink.problem(parts ? 'bad-time' : 'not-a-record', at, 'not a canary', bytes);
        continue;
      }
      const row = this.#rows.begin();
      this.#time.set(row, time);
      this.#marker.set(row, parts[1] ?? '');
      this.#number.set(row, Number(parts[2]));
      source.set(row, NAME);
      object.set(row, origin.object);
      offset.set(row, at);
      ingested.set(row, origin.ingestedAt);
    }
  }
}
