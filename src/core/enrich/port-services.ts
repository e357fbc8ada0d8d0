import { PORT_SERVICES } from './generated/port-services.ts';

interface Assignment {
  readonly tcp: ReadonlyMap<number, string>;
  readonly udp: ReadonlyMap<number, string>;
}

function read(): Assignment {
  const tcp = new Map<number, string>();
  const udp = new Map<number, string>();
  for (const entry of PORT_SERVICES.split(',')) {
    const [port, name, protocols] = entry.trim().split(' ');
    if (!port || !name || !protocols) throw new Error(`unreadable port assignment: ${entry}`);
    if (protocols.includes('t')) tcp.set(Number(port), name);
    if (protocols.includes('u')) udp.set(Number(port), name);
  }
  return { tcp, udp };
}

const assigned = read();

/**
 * The service that IANA registers for a destination port: L7Protocol. A guess from the port alone, '' where there is none.
 * `l4` is T, U or the keyword of another protocol; SCTP and DCCP ports follow TCP's.
 */
export function portService(port: number | null, l4: string): string {
  if (port === null) return '';
  if (l4 === 'U') return assigned.udp.get(port) ?? '';
  return l4 === 'T' || l4 === 'SCTP' || l4 === 'DCCP' ? (assigned.tcp.get(port) ?? '') : '';
}

/** Every assignment, for joining in SQL. */
export const portServices: readonly {
  readonly port: number;
  readonly l4: 'T' | 'U';
  readonly name: string;
}[] = [
  ...[...assigned.tcp].map(([port, name]) => ({ port, l4: 'T' as const, name })),
  ...[...assigned.udp].map(([port, name]) => ({ port, l4: 'U' as const, name })),
];
