import { Flows } from './flows.ts';
import type { Folded, FoldedPart } from './folded.ts';
import { Hosts } from './hosts.ts';
import { orderRows } from './order.ts';
import { Rows } from './rows.ts';
import { Services } from './services.ts';
import { listStarts } from './starts.ts';
import { sumFlows } from './sum-flows.ts';

export interface FoldInput {
  /** Most rows of a part. */
  readonly rows: number;
  /** Start of hour 0, µs. */
  readonly base: number;
  /** True where rows have the further columns of `Rows`. */
  readonly hasMore: boolean;
}

/** Minutes of hosts that are kept in memory from part to part; each takes 50 bytes. */
const MOST_MINUTES = 2_800_000;

/** Columns of the sums of a service, in the order that `pairs` gives them: all are DOUBLE. */
const SUMS = [
  ...['al', 'de', 'un', 'ow', 'n', 'pf', 'bf', 'pb', 'bb', 'sb'],
  ...['sq', 'lb', 'la', 'du', 'lo', 't0', 't1', 'w', 'sr'],
] as const;

/** Types of what `pairs` gives. */
export const PAIR_COLUMNS = `hour UTINYINT, s UBIGINT, d UBIGINT, dp INTEGER, k USMALLINT, ${SUMS.map((name) => `${name} DOUBLE`).join(', ')},
  s0 INTEGER, s1 INTEGER, secs VARCHAR, sizes VARCHAR`;

/**
 * Folds raw rows into what pairs of addresses did with a service, and what hosts did by the minute: hash tables over typed
 * arrays, because nearly every row has a source port of its own, and the engine's aggregates take ten times as long to
 * make a group of each. A row takes about 200 bytes; arrays are taken from the system only as they fill.
 */
export class Fold {
  #input: FoldInput;
  readonly #rows: Rows;
  readonly #places: Uint32Array;
  readonly #services: Services;
  readonly #flows: Flows;
  readonly #hosts = new Hosts();
  /** Hosts of the rows of a bucket. */
  #sources = new Int32Array(0);
  #dests = new Int32Array(0);

  constructor(input: FoldInput) {
    this.#input = input;
    this.#rows = new Rows(input.rows, input.hasMore);
    this.#places = new Uint32Array(input.rows);
    this.#services = new Services(input.rows);
    this.#flows = new Flows(input.rows, input.hasMore);
  }

  /** Forgets what hosts did. The same tables serve for another job with no more rows a part, of the same columns. */
  reset(base: number): void {
    this.#input = { ...this.#input, base };
    this.#hosts.clear();
  }

  /** Folds the rows of a part, which may be filled anew once `onTaken` is called. What hosts did is kept, while it is little. */
  fold(part: Rows, onTaken?: () => void): FoldedPart {
    const ends = orderRows(part, this.#rows, this.#places);
    onTaken?.();
    let from = 0;
    for (const to of ends) {
      this.#foldBucket(from, to);
      from = to;
    }
    const pairs = this.#pairs();
    if (this.#hosts.cells <= MOST_MINUTES) return { pairs };
    const minutes = this.#hosts.minutes();
    this.#hosts.clear();
    return { pairs, minutes };
  }

  /** What hosts did in the parts since `minutes` were given last: their peaks, or each minute where parts are split. */
  hosts(isSplit: boolean): Folded {
    return isSplit ? this.#hosts.minutes() : this.#hosts.peaks();
  }

  /** What pairs did in the rows of the part (PAIR_COLUMNS). */
  #pairs(): Folded {
    const [rows, services, flows] = [this.#rows, this.#services, this.#flows];
    const sums = sumFlows(services, flows, this.#input);
    const starts = listStarts(flows, rows, sums);
    const folded = {
      rows: services.count,
      columns: [
        services.hour,
        wholesOf(services.source),
        wholesOf(services.dest),
        services.port,
        services.protocol,
        ...SUMS.map((name) => sums.columns[name]!),
        sums.firstSecond,
        sums.lastSecond,
        starts.seconds,
        starts.bytes,
      ],
    };
    for (const table of [services, flows]) table.count = 0;
    return folded;
  }

  #foldBucket(from: number, to: number): void {
    const [rows, services, flows, hosts] = [this.#rows, this.#services, this.#flows, this.#hosts];
    services.open(to - from);
    flows.open(to - from);
    if (this.#sources.length < to - from) {
      this.#sources = new Int32Array(to - from);
      this.#dests = new Int32Array(to - from);
    }
    for (let row = from; row < to; row++) {
      const known = services.count;
      const service = services.find(rows, row);
      if (service === known) {
        const hour = rows.hour[row]!;
        services.sourceHost[service] = hosts.find(hour, rows.source, row);
        services.destHost[service] = hosts.find(hour, rows.dest, row);
      }
      flows.add(flows.find(service, rows.sourcePort[row]!, rows.flags[row]!), rows, row);
      this.#sources[row - from] = services.sourceHost[service]!;
      this.#dests[row - from] = services.destHost[service]!;
    }
    hosts.add(0, this.#sources, rows, from, to);
    hosts.add(1, this.#dests, rows, from, to);
  }
}

const wholesOf = (halves: Uint32Array): BigUint64Array =>
  new BigUint64Array(halves.buffer, halves.byteOffset, halves.length / 2);
