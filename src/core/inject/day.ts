import { type Conversation, conversation, Random, type Sketch } from '#core/traffic/index.ts';
import type { Estate, Host } from './estate.ts';

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** Ports from which clients call (IANA's dynamic range, as Windows and most others use it). */
const FIRST_CLIENT_PORT = 49_152;
const LAST_CLIENT_PORT = 65_535;

/** A conversation with what one does not care to say left out: rule and ports are as usual. */
export type Told = Omit<Sketch, 'rule'> & {
  readonly rule?: string;
  /** Nobody answers: no bytes come back. */
  readonly isUnanswered?: boolean;
};

/** One day of an estate, as what happens in it sees it. `say` writes a conversation down. */
export class Day {
  readonly estate: Estate;
  /** Milliseconds since 1970, midnight UTC. */
  readonly start: number;
  /** Counts from 0. */
  readonly index: number;
  readonly isLast: boolean;
  readonly random: Random;
  readonly #told: Conversation[];

  constructor(
    estate: Estate,
    day: { readonly start: number; readonly index: number; readonly isLast: boolean },
    stream: string,
    told: Conversation[],
  ) {
    this.estate = estate;
    this.start = day.start;
    this.index = day.index;
    this.isLast = day.isLast;
    this.random = new Random(`${stream} ${day.index}`);
    this.#told = told;
  }

  say({ isUnanswered = false, ...sketch }: Told): void {
    const isOut = this.estate.nicOf(sketch.dest) === undefined;
    const isWithin = !isOut && this.estate.nicOf(sketch.src) !== undefined;
    const rule = isOut
      ? 'DefaultRule_AllowInternetOutBound'
      : isWithin
        ? 'DefaultRule_AllowVnetInBound'
        : 'UserRule_allow-published';
    this.#told.push(
      conversation(
        {
          rule: sketch.isDenied ? 'DefaultRule_DenyAllInBound' : rule,
          ...sketch,
          ...(isUnanswered ? { bytesIn: 0, packetsIn: 0 } : {}),
        },
        sketch.srcPort ?? this.random.between(FIRST_CLIENT_PORT, LAST_CLIENT_PORT),
      ),
    );
  }

  /** When a host is on today, ms. */
  awake(host: Host): readonly [from: number, to: number] {
    return [this.start + host.awake[0] * HOUR, this.start + host.awake[1] * HOUR];
  }

  /** Calls `at` as people do things: so often an hour on average, at no particular time. */
  now(perHour: number, [from, to]: readonly [number, number], at: (time: number) => void): void {
    if (perHour <= 0) return;
    for (let t = from; ; ) {
      t += (-Math.log(1 - this.random.next()) * HOUR) / perHour;
      if (t >= to) return;
      at(Math.round(t));
    }
  }

  /** Calls `at` as programs do things: every so often, from a moment of their own, off by up to `jitter` of the period. */
  every(
    period: number,
    jitter: number,
    [from, to]: readonly [number, number],
    at: (time: number) => void,
  ): void {
    for (let t = from + this.random.next() * period; t < to; t += period)
      at(Math.round(t + (2 * this.random.next() - 1) * jitter * period));
  }

  /** An index that is mostly small: few things are used by most, most things by few. */
  favourite<T>(list: readonly T[]): T {
    const at = Math.floor(list.length * this.random.next() ** 2.2);
    return list[at] ?? this.random.pick(list);
  }
}
