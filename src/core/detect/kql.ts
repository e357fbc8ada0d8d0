import { type Micros, printInstant } from '#core/base/index.ts';

/** What is looked at, and how far back anything is known. */
export interface Span {
  /** Half-open; `to` is event time, never the wall clock's. */
  readonly from: Micros;
  readonly to: Micros;
  /** Start of the oldest data that may be read: what happened before nobody knows. */
  readonly knownFrom: Micros;
}

/** A text as a KQL literal. */
export const quote = (text: string): string =>
  `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n').replaceAll('\r', '\\r')}'`;

/** Texts as the list that `in` takes; never empty. */
export const quoteAll = (texts: readonly string[]): string =>
  (texts.length === 0 ? [''] : texts).map(quote).join(', ');

export const instant = (at: Micros): string => `datetime(${printInstant(at)})`;

/** Rows of the hours that a pass looks at. */
export const inWindow = ({ from, to }: Pick<Span, 'from' | 'to'>): string =>
  `where TimeGenerated >= bin(${instant(from)}, 1h) and TimeGenerated < ${instant(to)}`;

/** Rows of the days before the window's first: of PairDays, and of HostHours. As far back as is known, 30 days at most. */
export const beforeWindow = ({ from, knownFrom }: Pick<Span, 'from' | 'knownFrom'>): string =>
  `where TimeGenerated >= ${instant(Math.max(knownFrom, from - PAST))} and TimeGenerated < bin(${instant(from)}, 1d)`;

const PAST = 30 * 86_400_000_000;

/** Days of data before the window. */
export const pastDays = ({ from, knownFrom }: Pick<Span, 'from' | 'knownFrom'>): number =>
  Math.max(0, Math.min(from - knownFrom, PAST) / 86_400_000_000);

/**
 * What is a host's address: not multicast, broadcast, link-local, unspecified, nor a row that sums up many; nor the platform
 * under an Azure machine, which probes and answers all of them.
 */
export const isHost = (column: string): string =>
  `isnotempty(${column}) and not(${column} startswith_cs 'ff0') and not(${column} startswith_cs 'fe80:') and not(${column} startswith_cs '169.254.') and ${column} != '168.63.129.16' and not(${column} startswith_cs '0.') and not(${column} endswith_cs '.255') and (not(${column} startswith_cs '2') or not(${column} matches regex @'^2(2[4-9]|3[0-9]|4[0-9]|5[0-5])\\.'))`;

const ANSWERED = '(AllowedFlows - UnansweredFlows - OneWayFlows)';

/**
 * What tells a conversation from a try, of a row of PairHours: of TCP flows, that more than one packet came back for
 * each and more than two went out (a reset or a lone SYN-ACK is one), or more than 200 bytes each way where a source
 * counts packets otherwise; of others, that anything came back. Where the source sees one direction only, more than three
 * packets of the initiator stand for an answer. Hours in which no flow started hold flows that went on.
 */
export const TALKS = `iff(AllowedFlows <= 0, PacketsDestToSrc > 1, iff(OneWayFlows * 2 > AllowedFlows, PacketsSrcToDest > 3 * AllowedFlows, ${ANSWERED} > 0 and (L4Protocol != 'T' or PacketsDestToSrc > 1.5 * ${ANSWERED} and PacketsSrcToDest > 2 * ${ANSWERED} or BytesDestToSrc > 200 * ${ANSWERED} and BytesSrcToDest > 200 * ${ANSWERED})))`;

/** KQL of the raw rows behind a claim about flows. */
export function flowsKql(
  pass: { readonly first: Micros; readonly last: Micros },
  conditions: readonly string[],
): string {
  const until = pass.last + 60_000_000;
  return [
    'Flows',
    `where TimeGenerated between (${instant(pass.first)} .. ${instant(until)})`,
    ...conditions.map((c) => `where ${c}`),
    'order by TimeGenerated asc',
  ].join('\n| ');
}

/** Conditions on Flows for one conversation; a record of one direction may tell it the other way round. */
export function between(src: string, dest: string, port?: number | null): string {
  const there = `SrcIp == ${quote(src)} and DestIp == ${quote(dest)}`;
  const back = `SrcIp == ${quote(dest)} and DestIp == ${quote(src)}`;
  if (port === undefined || port === null) return `(${there}) or (${back})`;
  return `(${there} and DestPort == ${port}) or (${back} and SrcPort == ${port})`;
}
