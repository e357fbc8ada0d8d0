/** Flows of one conversation in a sample, told as shortly as possible. */
export interface SampleFlows {
  readonly src: string;
  readonly dest: string;
  /** Null for protocols without ports. */
  readonly port: number | null;
  /** T, U, or a keyword such as ICMP; T unless given. */
  readonly protocol?: string;
  /** When each flow starts: seconds from the beginning of the sample's day; negative in the days before it. */
  readonly at: readonly number[];
  /** Of each flow; the same for all, or one for each start. 600 and 1,200 bytes unless given. */
  readonly sent?: number | readonly number[];
  readonly received?: number | readonly number[];
  /** Packets of each flow; a packet for each 500 bytes, 4 at least, unless given. */
  readonly packets?: readonly [sent: number, received: number];
  readonly isDenied?: boolean;
  /** Milliseconds that each flow is open. */
  readonly durationMs?: number;
}

/** A few flows that a detector must find, or must not. */
export interface Sample {
  /** What they show. */
  readonly says: string;
  readonly flows: readonly SampleFlows[];
  /** Networks that are declared beside the private ranges, and what is allowed between them: as the configuration says it. */
  readonly zones?: unknown;
}

/** So many starts, evenly spaced, moved about by a share of the step that follows from its number. */
export function every(step: number, count: number, from = 0, jitter = 0): number[] {
  return Array.from({ length: count }, (_, i) => {
    let mixed = Math.imul(i + 1, 0x9e3779b1);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b);
    const turn = ((mixed ^ (mixed >>> 13)) >>> 0) / 2 ** 31 - 1;
    return Math.floor(from + i * step + turn * jitter * step);
  });
}

/** Addresses of one prefix: `hosts('10.0.0.', 1, 3)` is 10.0.0.1 to 10.0.0.3. */
export const hosts = (prefix: string, from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, i) => `${prefix}${from + i}`);
