/** One conversation between two addresses, as it happened; each cloud's log tells a part of it in its own words. */
export interface Conversation {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly lastsMs: number;
  /** The initiator. */
  readonly src: string;
  readonly dest: string;
  readonly srcPort: number;
  readonly destPort: number;
  /** IANA number. */
  readonly protocol: number;
  readonly isDenied: boolean;
  /** The rule that decided at the responder, or at the initiator for what goes out. */
  readonly rule: string;
  readonly bytesOut: number;
  readonly bytesIn: number;
  readonly packetsOut: number;
  readonly packetsIn: number;
}

/** Packets that carry so many bytes with headers, roughly. */
export function packetsOf(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / 1100));
}

export type Sketch = Pick<Conversation, 'at' | 'src' | 'dest' | 'destPort' | 'rule'> &
  Partial<Conversation>;

/** A conversation with what is not said filled in. */
export function conversation(sketch: Sketch, srcPort: number): Conversation {
  const bytesOut = sketch.bytesOut ?? 0;
  const bytesIn = sketch.bytesIn ?? 0;
  return {
    lastsMs: 0,
    srcPort,
    protocol: 6,
    isDenied: false,
    packetsOut: packetsOf(bytesOut),
    packetsIn: bytesIn === 0 ? 0 : packetsOf(bytesIn),
    ...sketch,
    bytesOut,
    bytesIn,
  };
}
