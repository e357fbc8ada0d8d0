import { STARTED } from './flows.ts';
import type { Folded } from './folded.ts';
import type { Rows } from './rows.ts';
import { makeSlots, mix } from './slots.ts';

const MINUTES = 60;
const MINUTE = 60_000_000;
const START_ROWS = 1024;

/** Numbers of a host, one after the other: halves of its hash, hour. */
const HOST = 3;
/** Numbers of a cell: key, flows started, packets and bytes towards the responder. */
const CELL = 4;
/** A fuller table of cells grows. */
const MOST_FULL = 0.7;

/** Types of what `minutes` and `peaks` give. */
export const MINUTE_COLUMNS =
  'hour UTINYINT, h UBIGINT, role UTINYINT, minute UTINYINT, st DOUBLE, pf DOUBLE, bf DOUBLE';

/** What hosts did by the minute. A host is an address in an hour; a cell is a minute of a host in one role. */
export class Hosts {
  #slots = makeSlots(START_ROWS);
  #hosts = new Uint32Array(START_ROWS * HOST);
  #hostCount = 0;
  /**
   * A table of cells, each at the place of its hash or soon after it: one visit of memory finds it. The key is
   * ((host × 2) + role) × 60 + minute + 1, past 32 bits with more than 35 million hosts; 0 is an empty place.
   */
  #cells = new Float64Array(START_ROWS * CELL);
  #cellCount = 0;
  /** Of the rows that are added together. */
  #keys = new Float64Array(0);
  #places = new Uint32Array(0);

  get cells(): number {
    return this.#cellCount;
  }

  clear(): void {
    this.#slots.fill(0);
    this.#cells.fill(0);
    this.#hostCount = 0;
    this.#cellCount = 0;
  }

  /** The number of a host, whose address is that of a row. */
  find(hour: number, halves: Uint32Array, row: number): number {
    const low = halves[row * 2]!;
    const high = halves[row * 2 + 1]!;
    const mask = this.#slots.length - 1;
    let slot = hostHash(low, hour) & mask;
    for (let at = this.#slots[slot]!; at > 0; at = this.#slots[slot]!) {
      const key = (at - 1) * HOST;
      const hosts = this.#hosts;
      if (hosts[key] === low && hosts[key + 1] === high && hosts[key + 2] === hour) return at - 1;
      slot = (slot + 1) & mask;
    }
    const host = this.#hostCount++;
    this.#slots[slot] = host + 1;
    this.#hosts[host * HOST] = low;
    this.#hosts[host * HOST + 1] = high;
    this.#hosts[host * HOST + 2] = hour;
    if (this.#hostCount * HOST === this.#hosts.length) this.#growHosts();
    return host;
  }

  /**
   * Adds rows from one to another to their minutes of hosts: `hosts` has the host of each, from its start; role 0 is the
   * initiator. All places are found before the first is visited, so that the processor waits for many at once.
   */
  add(role: 0 | 1, hosts: Int32Array, rows: Rows, from: number, to: number): void {
    this.#makeRoom(to - from);
    const cells = this.#cells;
    const mask = cells.length / CELL - 1;
    const { at, flags, packets, bytes } = rows;
    const keys = this.#keys;
    const places = this.#places;
    for (let row = from; row < to; row++) {
      const end = hosts[row - from]! * 2 + role;
      const minute = Math.floor(at[row]! / MINUTE);
      keys[row - from] = end * MINUTES + minute + 1;
      places[row - from] = cellHash(end, minute) & mask;
    }
    for (let row = from; row < to; row++) {
      const key = keys[row - from]!;
      let place = places[row - from]!;
      while (cells[place * CELL] !== key && cells[place * CELL] !== 0) place = (place + 1) & mask;
      const cell = place * CELL;
      if (cells[cell] === 0) {
        cells[cell] = key;
        this.#cellCount++;
      }
      if (flags[row]! & STARTED) cells[cell + 1]! += 1;
      cells[cell + 2]! += packets[row]!;
      cells[cell + 3]! += bytes[row]!;
    }
  }

  /** Sees to it that so many rows more find a place each. */
  #makeRoom(rows: number): void {
    while ((this.#cellCount + rows) * CELL > this.#cells.length * MOST_FULL) this.#growCells();
    if (this.#places.length >= rows) return;
    this.#keys = new Float64Array(rows);
    this.#places = new Uint32Array(rows);
  }

  /** Each minute in which a host did anything. */
  minutes(): Folded {
    const held = new Uint32Array(this.#cellCount);
    let count = 0;
    for (let cell = 0; cell < this.#cells.length; cell += CELL)
      if (this.#cells[cell] !== 0) held[count++] = cell;
    return this.#rows(held);
  }

  /**
   * One row for each host and role: the minute with the most flows (of several the one with the most packets, then the
   * first), with the most flows, packets and bytes of any minute.
   */
  peaks(): Folded {
    const cells = this.#cells;
    /** By host and role, the place of the cell that stays, plus one. */
    const best = new Uint32Array(this.#hostCount * 2);
    const most = new Float64Array(this.#hostCount * 4);
    for (let cell = 0; cell < cells.length; cell += CELL) {
      if (cells[cell] === 0) continue;
      const end = Math.floor((cells[cell]! - 1) / MINUTES);
      const [packets, bytes] = [cells[cell + 2]!, cells[cell + 3]!];
      const other = best[end]! - 1;
      if (other < 0 || packets > most[end * 2]!) most[end * 2] = packets;
      if (other < 0 || bytes > most[end * 2 + 1]!) most[end * 2 + 1] = bytes;
      if (other < 0 || isAbove(cells, cell, other)) best[end] = cell + 1;
    }
    const stays = best.filter((cell) => cell > 0).map((cell) => cell - 1);
    const rows = this.#rows(stays);
    const pick = (place: 0 | 1) => most.filter((_, i) => i % 2 === place && best[i >> 1]! > 0);
    return { rows: rows.rows, columns: [...rows.columns.slice(0, 5), pick(0), pick(1)] };
  }

  #rows(cells: Uint32Array): Folded {
    const rows = cells.length;
    const hour = new Uint8Array(rows);
    const halves = new Uint32Array(rows * 2);
    const role = new Uint8Array(rows);
    const minute = new Uint8Array(rows);
    const [starts, packets, bytes] = [1, 2, 3].map((i) =>
      Float64Array.from(cells, (cell) => this.#cells[cell + i]!),
    );
    for (const [row, cell] of cells.entries()) {
      const key = this.#cells[cell]! - 1;
      const end = Math.floor(key / MINUTES);
      const host = (end >>> 1) * HOST;
      halves[row * 2] = this.#hosts[host]!;
      halves[row * 2 + 1] = this.#hosts[host + 1]!;
      hour[row] = this.#hosts[host + 2]!;
      role[row] = end & 1;
      minute[row] = key - end * MINUTES;
    }
    const addresses = new BigUint64Array(halves.buffer);
    return { rows, columns: [hour, addresses, role, minute, starts!, packets!, bytes!] };
  }

  #growHosts(): void {
    const old = this.#hosts;
    this.#hosts = new Uint32Array(old.length * 2);
    this.#hosts.set(old);
    this.#slots = makeSlots(this.#hosts.length / HOST);
    for (let host = 0; host < this.#hostCount; host++)
      put(this.#slots, hostHash(old[host * HOST]!, old[host * HOST + 2]!), host);
  }

  #growCells(): void {
    const old = this.#cells;
    const cells = new Float64Array(old.length * 2);
    const mask = cells.length / CELL - 1;
    for (let cell = 0; cell < old.length; cell += CELL) {
      const key = old[cell]! - 1;
      if (key < 0) continue;
      const end = Math.floor(key / MINUTES);
      let place = cellHash(end, key - end * MINUTES) & mask;
      while (cells[place * CELL] !== 0) place = (place + 1) & mask;
      for (let i = 0; i < CELL; i++) cells[place * CELL + i] = old[cell + i]!;
    }
    this.#cells = cells;
  }
}

const hostHash = (low: number, hour: number): number => mix(low ^ Math.imul(hour + 1, 0x9e3779b1));
const cellHash = (end: number, minute: number): number => mix(Math.imul(end, 0x9e3779b1) + minute);

function put(slots: Int32Array, hash: number, row: number): void {
  const mask = slots.length - 1;
  let slot = hash & mask;
  while (slots[slot] !== 0) slot = (slot + 1) & mask;
  slots[slot] = row + 1;
}

/** True where the cell at `a` is the greater peak of the two. */
function isAbove(cells: Float64Array, a: number, b: number): boolean {
  const more = cells[a + 1]! - cells[b + 1]! || cells[a + 2]! - cells[b + 2]!;
  return more > 0 || (more === 0 && cells[a]! < cells[b]!);
}
