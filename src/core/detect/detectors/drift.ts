import { ipEntity } from '#core/alert/index.ts';
import { counted } from '#core/base/index.ts';
import { divergence } from '#core/baseline/index.ts';
import { percent } from '../claim.ts';
import { DAY, defineDetector } from '../detector.ts';
import { beforeWindow, flowsKql, instant, pastDays, quote } from '../kql.ts';
import { instantOf, numberOf, portOf, type Row, textOf } from '../row.ts';
import { every } from '../sample.ts';
import { printPort } from '../services.ts';

const LEARNING_DAYS = 5;

/** Flows by port, as `divergence` compares them. */
function byPort(rows: readonly Row[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const row of rows) {
    const port = String(portOf(row, 'Port') ?? -1);
    counts.set(port, (counts.get(port) ?? 0) + numberOf(row, 'Flows'));
  }
  return counts;
}

export const drift = defineDetector({
  name: 'drift',
  title: 'Host that behaves unlike itself',
  family: 'drift',
  version: '1.0.0',
  says: 'What a host calls (by port) is distributed unlike on any day before.',
  source:
    'Jensen-Shannon divergence (Lin 1991) of the day’s distribution of destination ports to that of the days before, against the largest divergence that a day before had.',
  tactics: ['Discovery'],
  techniques: [],
  falsePositives: ['A host with a new task', 'A service that moved to another port'],
  nextSteps: ['Look at the ports that are new in it', 'Ask the owner what changed'],
  parameters: {
    leastFlows: {
      value: 200,
      meaning: 'Connections of the day below which a distribution means nothing.',
    },
    least: { value: 0.35, meaning: 'Divergence below which nothing is said.' },
    times: {
      value: 2,
      meaning: 'How many times the largest divergence of a day before it must be.',
    },
  },
  reads: ['PairDays'],
  window: DAY,
  every: DAY,
  candidates: (pass) =>
    pastDays(pass) < LEARNING_DAYS
      ? undefined
      : `
let today = PairDays | where TimeGenerated >= bin(${instant(pass.to - 1_000_000)}, 1d) and TimeGenerated < ${instant(pass.to)};
let many = today | where SrcIsInside | summarize Flows = sum(AllowedFlows) by SrcIp | where Flows >= ${pass.values.leastFlows} | top 5000 by Flows desc;
union (today | extend IsToday = true), (PairDays | ${beforeWindow(pass)} | extend IsToday = false)
| where SrcIp in ((many | project SrcIp)) and (isnull(DestPort) or DestPort < 32768)
| summarize Flows = sum(AllowedFlows), FirstTime = min(FirstTime), LastTime = max(LastTime) by SrcIp, Day = TimeGenerated, Port = coalesce(DestPort, -1), IsToday
| where Flows > 0`,
  score: (rows, pass) =>
    [...Map.groupBy(rows, (row) => textOf(row, 'SrcIp'))].flatMap(([src, of]) => {
      const today = of.filter((row) => row['IsToday'] === true);
      const before = of.filter((row) => row['IsToday'] !== true);
      const days = [...Map.groupBy(before, (row) => textOf(row, 'Day')).values()];
      if (days.length < LEARNING_DAYS - 1 || today.length === 0) return [];
      const usual = byPort(before);
      const apart = divergence(usual, byPort(today));
      if (!apart) return [];
      const most = Math.max(...days.map((day) => divergence(usual, byPort(day))?.value ?? 0));
      const { value: distance, moved } = apart;
      if (distance < pass.values.least || distance < pass.values.times * most) return [];
      const first = Math.min(...today.map((row) => instantOf(row, 'FirstTime')));
      const last = Math.max(...today.map((row) => instantOf(row, 'LastTime')));
      return [
        {
          about: [src],
          title: `${src} calls other services than it used to`,
          reasons: [
            `Its ports diverge by ${distance.toFixed(2)} from those of the ${counted(days.length, 'day')} before (0 is the same, 1 nothing in common); no day before diverged by more than ${most.toFixed(2)}.`,
            ...moved.map(({ name, before, now }) => {
              const port = printPort(name === '-1' ? null : Number(name), 'without ports');
              return `Port ${port}: ${percent(now)} of its connections, ${percent(before)} before.`;
            }),
          ],
          first,
          last,
          severity: 'low' as const,
          score: Math.min(1, distance),
          confidence: 0.4,
          entities: [ipEntity(src, 'actor', true)],
          features: {
            divergence: distance,
            largestBefore: most,
            days: days.length,
            ports: moved.map(({ name }) => name),
          },
          evidence: {
            kql: flowsKql({ first, last }, [`SrcIp == ${quote(src)}`]),
            rows: today.reduce((n, row) => n + numberOf(row, 'Flows'), 0),
          },
          magnitude: distance * 100,
        },
      ];
    }),
  fires: [
    {
      says: 'A host that called the web for a week spends the day at SMB',
      flows: [
        { src: '10.1.0.5', dest: '198.51.100.9', port: 443, at: every(300, 2016, -7 * 86_400) },
        { src: '10.1.0.5', dest: '10.1.0.9', port: 445, at: every(120, 600) },
      ],
    },
  ],
  silent: [
    {
      says: 'A host does what it did every day',
      flows: [
        { src: '10.1.0.5', dest: '198.51.100.9', port: 443, at: every(300, 2300, -7 * 86_400) },
        { src: '10.1.0.5', dest: '10.1.0.9', port: 445, at: every(600, 1150, -7 * 86_400) },
      ],
    },
  ],
});
