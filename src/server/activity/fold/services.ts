import type { Rows } from './rows.ts';
import { makeSlots, mix, slotsFor } from './slots.ts';

/** Keys of PairHours in numbers: hour, initiator, responder, port and protocol; and which two hosts those are. */
export class Services {
  #slots = makeSlots(0);
  #mask = 0;
  readonly hour: Uint8Array;
  /** Two halves for each service. */
  readonly source: Uint32Array;
  readonly dest: Uint32Array;
  readonly port: Int32Array;
  readonly protocol: Uint16Array;
  readonly sourceHost: Int32Array;
  readonly destHost: Int32Array;
  count = 0;

  constructor(rows: number) {
    this.hour = new Uint8Array(rows);
    this.source = new Uint32Array(rows * 2);
    this.dest = new Uint32Array(rows * 2);
    this.port = new Int32Array(rows);
    this.protocol = new Uint16Array(rows);
    this.sourceHost = new Int32Array(rows);
    this.destHost = new Int32Array(rows);
  }

  /** Begins a bucket of so many rows, which shares no service with others. */
  open(rows: number): void {
    const size = slotsFor(rows);
    if (size > this.#slots.length) this.#slots = new Int32Array(size);
    else this.#slots.fill(0, 0, size);
    this.#mask = size - 1;
  }

  /** The number of a service: `count` as it was before where it is new, with no hosts told yet. */
  find(rows: Rows, row: number): number {
    const { source, dest } = this;
    const hour = rows.hour[row]!;
    const sourceLow = rows.source[row * 2]!;
    const sourceHigh = rows.source[row * 2 + 1]!;
    const destLow = rows.dest[row * 2]!;
    const destHigh = rows.dest[row * 2 + 1]!;
    const port = rows.port[row]!;
    const protocol = rows.protocol[row]!;
    const low = mix(sourceLow ^ Math.imul(port * 31 + hour, 0x9e3779b1)) + destLow;
    let slot = mix(low + protocol) & this.#mask;
    for (;;) {
      const found = this.#slots[slot]! - 1;
      if (found < 0) break;
      if (
        source[found * 2] === sourceLow &&
        dest[found * 2] === destLow &&
        this.port[found] === port &&
        this.protocol[found] === protocol &&
        this.hour[found] === hour &&
        source[found * 2 + 1] === sourceHigh &&
        dest[found * 2 + 1] === destHigh
      )
        return found;
      slot = (slot + 1) & this.#mask;
    }
    const service = this.count++;
    this.#slots[slot] = service + 1;
    this.hour[service] = hour;
    source[service * 2] = sourceLow;
    source[service * 2 + 1] = sourceHigh;
    dest[service * 2] = destLow;
    dest[service * 2 + 1] = destHigh;
    this.port[service] = port;
    this.protocol[service] = protocol;
    return service;
  }
}
