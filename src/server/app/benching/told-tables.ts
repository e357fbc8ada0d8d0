import { printShare } from './bars.ts';
import type { Benched, Contender } from './bench.ts';
import { readSome, readUntilWrong } from './budget.ts';
import { precisionOf } from './joining.ts';
import { printDelay, quantile, ratio, type Table } from './table.ts';

const DAY_MS = 86_400_000;

const contendersOf = ({ ours, rivals }: Benched): readonly Contender[] => [ours, ...rivals];

export function alertsTable(benched: Benched): Table {
  const { entityDays, ours, scenario } = benched;
  const lastDay = scenario.start + (scenario.days - 1) * DAY_MS;
  const before = ours.score.wrong.filter((c) => c.last < lastDay);
  return {
    title: 'Alerts',
    says: 'Of medium severity or more. Precision counts as right what names an attack’s addresses, whatever it says of it.',
    columns: [
      'who tells',
      'alerts',
      'for 1,000 entities and a day',
      'of the attack’s kind',
      'of another kind',
      'wrong',
      'wrong, for 1,000 entities and a day',
      'precision',
    ],
    rows: contendersOf(benched).map(({ score: s }) => [
      s.name,
      s.alerts,
      ((1000 * s.alerts) / entityDays).toFixed(0),
      s.right,
      s.related,
      s.wrong.length,
      s.wrongPerThousand.toFixed(1),
      s.alerts === 0 ? '-' : printShare({ found: s.right + s.related, happened: s.alerts }),
    ]),
    notes: [
      `on the days before the last, on which little or nothing bad happens: ${before.length} of ${ours.score.wrong.length} wrong ones`,
      ...ours.score.wrong.map((c) => `wrong: ${c.text}`),
    ],
  };
}

export function hoursTable(benched: Benched): Table {
  return {
    title: 'By entity and hour',
    says: 'Each hour of each host: did it act in an attack, or was it acted upon from outside; does an alert claim that hour, from its first to its last, of who acts. Hours in which an implant sleeps are claimed and count as wrong.',
    columns: [
      'who tells',
      'true',
      'false',
      'missed',
      'precision',
      'recall',
      'F1',
      'false of harmless',
    ],
    rows: contendersOf(benched).map(({ score: s, hours: h }) => [
      s.name,
      h.truePositives,
      h.falsePositives,
      h.falseNegatives,
      ratio(h.precision),
      ratio(h.recall),
      ratio(h.f1),
      h.falsePositiveRate.toFixed(4),
    ]),
  };
}

const WRONG_BUDGETS = [1, 2, 5, 20] as const;
const READ_BUDGETS = [25, 50, 100] as const;

export function budgetTable(benched: Benched): Table {
  const { truth, entityDays } = benched;
  return {
    title: 'Recall at a budget',
    says: 'Alerts are read by weight, the heaviest first (rules by the number they count), until so many wrong ones for 1,000 entities and a day were read; or so many alerts altogether.',
    columns: [
      'who tells',
      ...WRONG_BUDGETS.map((n) => `up to ${n} wrong`),
      ...READ_BUDGETS.map((n) => `the first ${n} alerts`),
    ],
    rows: contendersOf(benched).map(({ score: s, claimed }) => [
      s.name,
      ...WRONG_BUDGETS.map((n) => {
        const { found } = readUntilWrong(claimed, truth, n, entityDays);
        return `${found} (${ratio(found / truth.length)})`;
      }),
      ...READ_BUDGETS.map((n) => {
        const { found, wrong } = readSome(claimed, truth, n);
        return `${found} found, ${wrong} wrong`;
      }),
    ]),
  };
}

export function delaysTable({ delays }: Benched): Table {
  return {
    title: 'Time to detect',
    says: 'From the first flow of an attack to the end of the hour at which a look told it, in event time, knowing nothing of what came later. Hours are the grain of this measure: the product looks every minute at the running hour for scans, guesses, floods and exposures, and hourly for the rest. Slow scans are looked for once a day. `events by then` is how many calls, attempts or flows had happened.',
    columns: ['attack', 'told', 'median', '90 %', 'worst', 'events by then, median'],
    rows: [...Map.groupBy(delays, (d) => d.attack.attack)].map(([attack, of]) => {
      const ms = of.map((d) => d.ms);
      return [
        attack,
        of.length,
        printDelay(quantile(ms, 0.5)),
        printDelay(quantile(ms, 0.9)),
        printDelay(quantile(ms, 1)),
        quantile(
          of.map((d) => d.seen),
          0.5,
        ),
      ];
    }),
  };
}

export function incidentsTable({ joining, truth }: Benched): Table {
  const sizes = [...joining.perStory.values()];
  const campaigns = [...Map.groupBy(truth, (t) => t.story)].filter(([, of]) => of.length > 1);
  return {
    title: 'Incidents',
    says: 'The story of an incident is that of most of its alerts, of any severity; alerts of another story or of none are joined wrongly.',
    columns: ['measure', 'value'],
    rows: [
      ['incidents', joining.incidents],
      ['alerts in incidents', joining.alerts],
      [
        'of their incident’s own story',
        printShare({ found: joining.own, happened: joining.alerts }),
      ],
      ['incident precision', ratio(precisionOf(joining))],
      ['incidents with alerts of two stories or more', joining.mixed.length],
      ['incidents of no story at all', joining.stray],
      [
        'incidents of one story, mean',
        ratio(sizes.reduce((a, b) => a + b, 0) / (sizes.length || 1)),
      ],
      [
        'stories in one incident, of those told',
        printShare({ found: sizes.filter((n) => n === 1).length, happened: sizes.length }),
      ],
      ['incidents of one story, worst', Math.max(0, ...sizes)],
      ...campaigns.map(([story, of]) => [
        `incidents of the campaign “${story}”, ${of.length} steps`,
        joining.perStory.get(story) ?? 0,
      ]),
    ],
    notes: joining.mixed.map((stories) => `joined though unrelated: ${stories}`),
  };
}
