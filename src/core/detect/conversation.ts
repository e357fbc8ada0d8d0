import type { Micros } from '#core/base/index.ts';
import { instantOf, numberOf, numbersOf, portOf, type Row, textOf } from './row.ts';
import { type Sight, sightOf } from './sight.ts';
import { sorted, sum } from './statistics.ts';

/** What one address did with one service of another, over the hours of a window. */
export interface Conversation {
  readonly src: string;
  readonly dest: string;
  readonly port: number | null;
  readonly protocol: string;
  readonly flows: number;
  readonly sent: number;
  readonly received: number;
  readonly packets: number;
  /** Unique seconds since 1970 in which flows began, ascending, and what the initiator sent in each. */
  readonly seconds: readonly number[];
  readonly sizes: readonly number[];
  readonly first: Micros;
  readonly last: Micros;
  readonly sight: Sight;
  /** The rows it is made of: columns that a query joined to them are the same in each. */
  readonly rows: readonly Row[];
}

/** Rows of PairHours, with Port for DestPort (-1 where there is none), as one conversation each. */
export function conversations(rows: readonly Row[]): Conversation[] {
  const groups = Map.groupBy(rows, (row) =>
    ['SrcIp', 'DestIp', 'Port', 'L4Protocol'].map((name) => row[name]).join(' '),
  );
  return [...groups.values()].map(oneConversation);
}

function oneConversation(rows: readonly Row[]): Conversation {
  const one = rows[0]!;
  const starts = new Map<number, number>();
  for (const row of rows) {
    const hour = instantOf(row, 'TimeGenerated') / 1e6;
    const sizes = numbersOf(row, 'StartBytes');
    numbersOf(row, 'Starts').forEach((second, i) => {
      const at = hour + second;
      starts.set(at, (starts.get(at) ?? 0) + (sizes[i] ?? 0));
    });
  }
  const seconds = sorted(starts.keys());
  const total = (name: string) => sum(rows.map((row) => numberOf(row, name)));
  const port = portOf(one, 'Port');
  return {
    src: textOf(one, 'SrcIp'),
    dest: textOf(one, 'DestIp'),
    port: port === -1 ? null : port,
    protocol: textOf(one, 'L4Protocol'),
    flows: total('AllowedFlows'),
    sent: total('BytesSrcToDest'),
    received: total('BytesDestToSrc'),
    packets: total('PacketsSrcToDest') + total('PacketsDestToSrc'),
    seconds,
    sizes: seconds.map((at) => starts.get(at)!),
    first: Math.min(...rows.map((row) => instantOf(row, 'FirstTime'))),
    last: Math.max(...rows.map((row) => instantOf(row, 'LastTime'))),
    sight: sightOf(rows),
    rows,
  };
}

/** Columns of PairHours that `conversations` wants, after `extend Port = coalesce(DestPort, -1)`. */
export const CONVERSATION_COLUMNS =
  'TimeGenerated, SrcIp, DestIp, Port, L4Protocol, AllowedFlows, OneWayFlows, BytesSrcToDest, BytesDestToSrc, PacketsSrcToDest, PacketsDestToSrc, Starts, StartBytes, FirstTime, LastTime, WindowMs, SamplingRate';

export const CONVERSATION_KEY = 'SrcIp, DestIp, Port, L4Protocol';
