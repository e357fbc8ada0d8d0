import { ipEntity } from '#core/alert/index.ts';
import { printBytes, printDay, printSeconds } from '#core/base/index.ts';
import { cumulate, driftStart, type Point } from '#core/baseline/index.ts';

import { DAY, defineDetector } from '../detector.ts';
import { flowsKql, instant, pastDays, quote } from '../kql.ts';
import { instantOf, numberOf, type Row, textOf } from '../row.ts';
import { every } from '../sample.ts';
import { median, sorted, sum } from '../statistics.ts';

/** Days by which what is usual is learned, and days that a change needs to show. */
const LEARN_DAYS = 7;
const LEAST_DAYS = LEARN_DAYS + 4;
/** Spread of log(1 + bytes) of a day that is always believed: days differ by half. */
const FLOOR = 0.4;

/** What a host sent on each whole day from its first on; nothing where it has no row. */
function series(rows: readonly Row[], until: number): readonly Point[] {
  const sent = new Map(rows.map((row) => [instantOf(row, 'Day'), numberOf(row, 'Out')]));
  const first = Math.min(...sent.keys());
  const points: Point[] = [];
  for (let at = first; at + DAY <= until; at += DAY) points.push({ at, value: sent.get(at) ?? 0 });
  return points;
}

export const risingVolume = defineDetector({
  name: 'rising-volume',
  title: 'Host that sends more outside, day after day',
  family: 'drift',
  version: '1.0.0',
  says: 'Since some day a host sends outside more than it used to, each day too little to stand out.',
  source:
    'Cumulative sum (Page 1954) of log(1 + bytes of a day) over the median of the first week, slack of half a spread and limit of eight; since when by ADWIN’s bound on two means (Bifet and Gavaldà 2007).',
  tactics: ['Exfiltration'],
  techniques: ['T1030'],
  falsePositives: [
    'A service that grows, or a new task of the host',
    'Weeks with more work than the first that is known',
  ],
  nextSteps: [
    'Look at which addresses outside got more since that day, and whether they are new',
    'Ask the owner of the host what changed then',
  ],
  parameters: {
    leastMegabytes: { value: 200, meaning: 'Megabytes beyond the usual since it began.' },
    times: { value: 2, meaning: 'How many times the median day before those since must be.' },
  },
  reads: ['HostHours'],
  window: 30 * DAY,
  every: DAY,
  candidates: (pass) =>
    pastDays({ from: pass.to, knownFrom: pass.knownFrom }) < LEAST_DAYS
      ? undefined
      : `
let days = HostHours | where TimeGenerated >= bin(${instant(pass.from)}, 1d) and TimeGenerated < bin(${instant(pass.to)}, 1d) | where IsInside
  | summarize Out = sum(BytesSentOutside) by Ip, Day = bin(TimeGenerated, 1d);
let risen = days | summarize Early = avgif(Out, Day < bin(${instant(pass.to)}, 1d) - 7d), Late = avgif(Out, Day >= bin(${instant(pass.to)}, 1d) - 7d), First = min(Day) by Ip
  | where Late > Early and 7 * (Late - Early) >= ${pass.values.leastMegabytes * 1e6} / 4 and First <= bin(${instant(pass.to)}, 1d) - ${LEAST_DAYS}d
  | top 2000 by Late - Early desc;
days | where Ip in ((risen | project Ip))`,
  score: (rows, pass) =>
    [...Map.groupBy(rows, (row) => textOf(row, 'Ip'))].flatMap(([src, of]) => {
      if (pass.knowledge.hasRole(src, 'proxy', 'gateway', 'mail', 'backup')) return [];
      const points = series(of, Math.floor(pass.to / DAY) * DAY);
      const risen = cumulate(points, { floor: FLOOR, learn: LEARN_DAYS });
      if (!risen) return [];
      const level = driftStart(points.map((p) => ({ at: p.at, value: Math.log1p(p.value) })));
      const since = level !== undefined && level <= risen.at ? level : risen.since;
      const middle = (some: readonly Point[]) => median(sorted(some.map((p) => p.value)));
      const after = points.filter((p) => p.at >= since);
      const usual = middle(points.filter((p) => p.at < since));
      const now = middle(after);
      const beyond = sum(after.map((p) => Math.max(0, p.value - usual)));
      if (beyond < pass.values.leastMegabytes * 1e6 || now < pass.values.times * usual) return [];
      // One day that stands out is not a rise: the daily look has seen it.
      const largest = Math.max(...after.map((p) => p.value));
      if (after.length < 3 || largest - usual > 0.6 * beyond) return [];
      const last = after.at(-1)!.at + DAY;
      return [
        {
          about: [src],
          title: `${src} sends more outside since ${printDay(since)}`,
          reasons: [
            `On its median day it sent ${printBytes(usual)} outside before, and ${printBytes(now)} since: ${printBytes(beyond)} more in ${printSeconds((last - since) / 1e6)}.`,
            `What each day had beyond the usual adds up to ${risen.sum.toFixed(1)} spreads by ${printDay(risen.at)}, where eight are more than chance; no single day does.`,
            level === undefined
              ? 'The level is not yet apart from the one before by more than chance explains.'
              : `Its days since ${printDay(level)} have another mean than those before, by more than chance explains.`,
          ],
          first: since,
          last,
          severity: 'low' as const,
          score: Math.min(1, 0.3 + Math.log10(beyond / (pass.values.leastMegabytes * 1e6)) / 4),
          confidence: level === undefined ? 0.3 : 0.45,
          entities: [ipEntity(src, 'actor', true)],
          features: { usual, now, beyond, sum: risen.sum, days: after.length, largest },
          evidence: {
            kql: flowsKql({ first: since, last }, [
              `SrcIp == ${quote(src)} or DestIp == ${quote(src)}`,
            ]),
            rows: of.length,
          },
          magnitude: beyond / 1e6,
        },
      ];
    }),
  fires: [
    {
      says: 'For twelve days a few megabytes a day, then for ten days forty',
      flows: [
        {
          src: '10.1.0.5',
          dest: '198.51.100.9',
          port: 443,
          at: every(3600, 23 * 24, -22 * 86_400, 0.2),
          sent: 200_000,
        },
        {
          src: '10.1.0.5',
          dest: '203.0.113.9',
          port: 443,
          at: every(7200, 9 * 12, -9 * 86_400),
          sent: 3_500_000,
        },
      ],
    },
  ],
  silent: [
    {
      says: 'A host sends about as much each day, and a lot once',
      flows: [
        {
          src: '10.1.0.5',
          dest: '198.51.100.9',
          port: 443,
          at: every(3600, 23 * 24, -22 * 86_400, 0.2),
          sent: Array.from({ length: 23 * 24 }, (_, i) => 2_000_000 + ((i * 37) % 11) * 100_000),
        },
        { src: '10.1.0.5', dest: '203.0.113.9', port: 443, at: [-3 * 86_400], sent: 900_000_000 },
      ],
    },
  ],
});
