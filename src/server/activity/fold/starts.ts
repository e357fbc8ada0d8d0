import type { Flows } from './flows.ts';
import type { Rows } from './rows.ts';
import type { FlowSums } from './sum-flows.ts';

const SECOND = 1_000_000;
const SECONDS = 3600;

/** Bytes by the second in which the flows that carried them started, of one service at a time. */
class Starts {
  readonly #bytes = new Float64Array(SECONDS);
  readonly #isSeen = new Uint8Array(SECONDS);
  readonly #seconds = new Uint16Array(SECONDS);
  #count = 0;

  readonly add = (startedAt: number, bytes: number): void => {
    const second = Math.floor(startedAt / SECOND);
    if (this.#isSeen[second] === 0) {
      this.#isSeen[second] = 1;
      this.#seconds[this.#count++] = second;
    }
    this.#bytes[second]! += bytes;
  };

  /** The seconds in order and the bytes of each, as JSON; and forgets them. */
  take(): readonly [seconds: string, bytes: string] {
    const ordered = this.#seconds.subarray(0, this.#count).sort();
    let seconds = '';
    let bytes = '';
    for (const second of ordered) {
      const sent = Math.min(this.#bytes[second]!, Number.MAX_SAFE_INTEGER);
      seconds += seconds === '' ? `[${second}` : `,${second}`;
      bytes += bytes === '' ? `[${sent}` : `,${sent}`;
      this.#isSeen[second] = 0;
      this.#bytes[second] = 0;
    }
    this.#count = 0;
    return [`${seconds}]`, `${bytes}]`];
  }
}

/**
 * By service, the seconds in which flows started, with the bytes of each: empty where that is one second or none. A flow
 * that started several times gives each record's bytes to the start before it.
 */
export function listStarts(
  flows: Flows,
  rows: Rows,
  { firstSecond, lastSecond }: FlowSums,
): { readonly seconds: readonly string[]; readonly bytes: readonly string[] } {
  const services = firstSecond.length;
  /** Flows by service: the newest, and before it. */
  const newest = new Int32Array(services).fill(-1);
  const before = new Int32Array(flows.count);
  for (let f = 0; f < flows.count; f++) {
    const s = flows.service[f]!;
    if (flows.starts[f] === 0 || firstSecond[s] === lastSecond[s]) continue;
    before[f] = newest[s]!;
    newest[s] = f;
  }
  const starts = new Starts();
  const seconds = new Array<string>(services).fill('');
  const bytes = new Array<string>(services).fill('');
  for (let s = 0; s < services; s++) {
    if (newest[s]! < 0) continue;
    for (let f = newest[s]!; f >= 0; f = before[f]!)
      if (flows.firstStart[f] === flows.lastStart[f])
        starts.add(flows.firstStart[f]!, flows.bytes[f]!);
      else flows.eachStart(f, rows, starts.add);
    [seconds[s], bytes[s]] = starts.take();
  }
  return { seconds, bytes };
}
