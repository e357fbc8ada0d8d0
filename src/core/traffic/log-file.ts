import type { Conversation } from './conversation.ts';

/** One file of logs: a path in the layout its cloud writes, and its text. */
export interface LogFile {
  readonly path: string;
  readonly text: string;
}

/** An interface that logs what passes it. */
export interface Nic {
  readonly ip: string;
  /** MAC address without separators (Azure) or network interface (AWS). */
  readonly nic: string;
  readonly region: string;
  /** Virtual network or VPC. */
  readonly network: string;
  readonly subnet: string;
  /** Subscription (Azure) or account (AWS). */
  readonly account: string;
}

/** The conversations that each interface sees, in their order; those that none sees are left out. */
export function seenBy(
  conversations: readonly Conversation[],
  nicOf: (ip: string) => Nic | undefined,
): ReadonlyMap<Nic, readonly Conversation[]> {
  const seen = new Map<Nic, Conversation[]>();
  for (const c of conversations)
    for (const ip of c.src === c.dest ? [c.src] : [c.src, c.dest]) {
      const nic = nicOf(ip);
      if (!nic) continue;
      const list = seen.get(nic);
      if (list) list.push(c);
      else seen.set(nic, [c]);
    }
  return seen;
}
