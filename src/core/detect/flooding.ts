import type { Severity } from '#core/alert/index.ts';
import { printCount } from '#core/base/index.ts';

import { numberOf, portOf, type Row, textOf } from './row.ts';
import { printPort } from './services.ts';

/** One hour of one protocol of one target, with the port that most of it went to. */
export interface Hour {
  readonly row: Row;
  /** False with fewer than three hours of a host: nothing is usual yet. */
  readonly isKnown: boolean;
  readonly sources: number;
  /** Flows of the source with the most; how many ports it tried. */
  readonly ofOne: number;
  readonly ports: number;
  readonly peakFlows: number;
  readonly peakPackets: number;
  /** What the busiest minute has beyond that of the median hour. */
  readonly beyondPeak: number;
  /** Flows that were let in and never talked, and their share. */
  readonly silentFlows: number;
  readonly silent: number;
  /** The same as a share of the flows that the hour has beyond its usual. */
  readonly silentBeyond: number;
  readonly denied: number;
  /** Bytes back for each byte in. */
  readonly back: number;
  readonly timesUsualFlows: number;
  readonly timesUsualPackets: number;
  readonly timesUsualSilent: number;
  /** Flows of each source, of what the hour has beyond its usual, and how many times as many as usual. */
  readonly each: number;
  readonly timesUsualEach: number;
  /** No more sources than usual, and hardly any of them gets through: the service is rather down than flooded. */
  readonly looksDown: boolean;
}

export function readHour(row: Row): Hour {
  const flows = Math.max(1, numberOf(row, 'Flows'));
  const isKnown = numberOf(row, 'UsualHours') >= 3;
  const usual = (name: string) => (isKnown ? Math.max(1, numberOf(row, name)) : 1);
  const sources = Math.max(1, numberOf(row, 'Sources'));
  const peakFlows = numberOf(row, 'PeakFlows');
  const peakPackets = numberOf(row, 'PeakPackets');
  const silentFlows = numberOf(row, 'Silent');
  const more = flows - (isKnown ? numberOf(row, 'UsualHour') : 0);
  const each = more / Math.max(1, sources - (isKnown ? numberOf(row, 'UsualPeers') : 0));
  const talking = flows - silentFlows - numberOf(row, 'Denied');
  return {
    row,
    isKnown,
    sources,
    ofOne: numberOf(row, 'OfOne'),
    ports: numberOf(row, 'Ports'),
    peakFlows,
    peakPackets,
    beyondPeak: peakFlows - (isKnown ? numberOf(row, 'UsualFlows') : 0),
    silentFlows,
    silent: silentFlows / flows,
    silentBeyond: silentFlows / Math.max(1, more),
    denied: numberOf(row, 'Denied') / flows,
    back: numberOf(row, 'Got') / Math.max(1, numberOf(row, 'Sent')),
    timesUsualFlows: peakFlows / usual('UsualFlows'),
    timesUsualPackets: peakPackets / usual('UsualPackets'),
    timesUsualSilent: silentFlows / usual('UsualSilent'),
    each,
    timesUsualEach: each / usual('UsualEach'),
    looksDown:
      isKnown &&
      textOf(row, 'L4Protocol') === 'T' &&
      sources <= 1.5 * numberOf(row, 'UsualPeers') &&
      talking <= 0.1 * (usual('UsualHour') - numberOf(row, 'UsualSilent')),
  };
}

export type Kind =
  | 'connections that are denied'
  | 'connections that never talk'
  | 'packets that nobody answers'
  | 'requests';

export interface Floods {
  readonly leastFlows: number;
  readonly leastPackets: number;
  readonly times: number;
  readonly leastSources: number;
  readonly leastEach: number;
}

export function kindOf(hour: Hour, values: Floods): Kind | undefined {
  const isMany = isDistributed(hour, values);
  if (hour.denied >= 0.9)
    return isMany && hour.beyondPeak >= values.leastFlows && hour.timesUsualFlows >= values.times
      ? 'connections that are denied'
      : undefined;
  if (isMany ? isSilentCrowd(hour, values) : isSilentFew(hour, values))
    return 'connections that never talk';
  if (
    isMany &&
    hour.peakPackets >= values.leastPackets &&
    hour.timesUsualPackets >= values.times &&
    numberOf(hour.row, 'Packets') * 2 >= hour.peakPackets &&
    (hour.back <= 0.1 || isPing(hour)) &&
    (hour.silent >= 0.5 || textOf(hour.row, 'L4Protocol') !== 'T')
  )
    return 'packets that nobody answers';
  return isMany && isRequests(hour, values) ? 'requests' : undefined;
}

/** Pings are answered by the machine itself: that something came back says nothing of a service. */
const isPing = ({ row }: Hour): boolean => /ICMP/.test(textOf(row, 'L4Protocol'));

/**
 * A busy server is as busy as ever while it is flooded: what tells is that nearly all it gets beyond its usual never talks, and that so
 * much of that kind it never gets.
 */
const isSilentCrowd = (hour: Hour, { leastFlows, times }: Floods): boolean =>
  hour.beyondPeak >= leastFlows &&
  hour.timesUsualFlows >= 2 &&
  hour.silentFlows >= leastFlows &&
  hour.timesUsualSilent >= times &&
  hour.silentBeyond >= 0.5;

/** Of one source, which tries each port once, it is a scan. */
const isSilentFew = (hour: Hour, { leastFlows, times }: Floods): boolean =>
  hour.peakFlows >= 3 * leastFlows &&
  hour.timesUsualFlows >= times &&
  hour.silent >= 0.8 &&
  hour.ports <= 0.5 * hour.ofOne;

/** Many sources, none of which makes it alone. */
export const isDistributed = (
  hour: Hour,
  { leastSources }: Pick<Floods, 'leastSources'>,
): boolean => hour.sources >= leastSources && hour.ofOne < 0.5 * numberOf(hour.row, 'Flows');

/**
 * Of a crowd each visitor asks for a few things; of a flood each source asks on and on. Who is met for the first time may be any of
 * them (a failover), so that only a host that is known is flooded with requests.
 */
function isRequests(hour: Hour, { leastFlows, leastSources, leastEach, times }: Floods): boolean {
  const isOutside = numberOf(hour.row, 'Outside') * 2 >= hour.sources;
  const isInsistent = hour.each >= leastEach && hour.timesUsualEach >= 3;
  if (hour.isKnown && isOutside && isInsistent && hour.beyondPeak >= leastFlows)
    return hour.timesUsualFlows >= times;
  return (
    hour.sources >= 10 * leastSources &&
    hour.peakFlows >= 10 * leastFlows &&
    hour.timesUsualFlows >= 3 * times
  );
}

export function severityOf(hour: Hour, kind: Kind, isMany: boolean): Severity {
  if (kind === 'connections that are denied' || (kind !== 'requests' && hour.looksDown))
    return 'low';
  return isMany && kind !== 'requests' ? 'high' : 'medium';
}

/** What it goes to: one service, or the protocol where no port has half of it. */
export function serviceOf({ row }: Hour): { readonly port: number | null; readonly text: string } {
  const port = portOf(row, 'Port');
  const protocol = textOf(row, 'L4Protocol');
  if (port !== null && port !== -1 && numberOf(row, 'PortFlows') * 2 >= numberOf(row, 'Flows'))
    return { port, text: ` port ${printPort(port, protocol)}` };
  const ports = numberOf(row, 'Ports');
  return { port: null, text: ports > 1 ? ` on ${printCount(ports)} ports` : '' };
}
