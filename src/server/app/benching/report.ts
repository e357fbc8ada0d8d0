import { CONTACT } from '#core/inject/index.ts';
import { printShare } from './bars.ts';
import type { Benched, Contender } from './bench.ts';
import { readSome, readUntilWrong } from './budget.ts';
import { LISTED } from './indicators.ts';
import { precisionOf } from './joining.ts';
import { printDelay, printTable, quantile, ratio, type Table } from './table.ts';

/** What is told of a measurement, in the order of the page. */
const TABLES: readonly ((benched: Benched) => Table | undefined)[] = [
  barsTable,
  attacksTable,
  alertsTable,
  hoursTable,
  budgetTable,
  delaysTable,
  incidentsTable,
  indicatorsTable,
  sourcesTable,
  ablationTable,
  artefactsTable,
  missedTable,
  costTable,
];

/** The page of results, in Markdown. `date` and `command` say when it was measured and how to do it again. */
export function printReport(benched: Benched, date: string, command: string): string {
  const { scenario, truth, flows, entityDays } = benched;
  const stories = new Set(truth.map((t) => t.story)).size;
  return [
    '# How well detection finds what was hidden',
    '',
    '<!-- Written by `weir bench detection`; run it again instead of editing. -->',
    '',
    `Measured on ${date} with \`${command}\`. ${scenario.hosts} hosts lived through ${scenario.days} days (seed ${scenario.seed}); on the last, ${truth.length} attacks of ${stories} intruders happened or ended, each by a host of its own unless it is a step of a campaign. ${flows.toLocaleString('en-US')} records of Azure virtual network flow logs were ingested, counted, looked at day by day and told as alerts and incidents as the product does; the first day is learned from, the other ${entityDays.toLocaleString('en-US')} days of hosts are scored. No host was declared to be anything.`,
    '',
    'An attack counts as found when an alert of medium severity or more is of its kind and its time and names who did it. An alert is wrong when no attack has anything to do with it. Intervals are Wilson’s, of 95 %. What is invented flatters: take these numbers as an upper bound, and thresholds as not tuned on them.',
    '',
    ...TABLES.flatMap((table) => {
      const told = table(benched);
      return told ? [printTable(told)] : [];
    }),
  ].join('\n');
}

/** The same as data. */
export function reportData(benched: Benched) {
  return {
    bars: benched.bars,
    tables: TABLES.flatMap((table) => table(benched) ?? []),
  };
}

const contendersOf = ({ ours, rivals }: Benched): readonly Contender[] => [ours, ...rivals];

function barsTable({ bars }: Benched): Table {
  return {
    title: 'Bars',
    says: '',
    columns: [],
    rows: [],
    notes: bars.map(({ says, isMet }) => `${isMet ? 'met' : '**missed**'}: ${says}`),
  };
}

function attacksTable(benched: Benched): Table {
  const { ours, rivals } = benched;
  return {
    title: 'By attack',
    says: `Beside it what simpler rules find, by the same measure; each is asked of the hourly aggregates, day by day. Where so many of ${benched.scenario.hosts} hosts attack, guessing finds many too: its wrong alerts tell.`,
    columns: ['attack', 'found', ...rivals.map((r) => r.score.name)],
    rows: [...ours.score.attacks].map(([attack, counts]) => [
      attack,
      printShare(counts),
      ...rivals.map((r) => r.score.attacks.get(attack)?.found ?? 0),
    ]),
  };
}

function alertsTable(benched: Benched): Table {
  const { entityDays, ours } = benched;
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
    notes: ours.score.wrong.map((c) => `wrong: ${c.text}`),
  };
}

function hoursTable(benched: Benched): Table {
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

function budgetTable(benched: Benched): Table {
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

function delaysTable({ delays }: Benched): Table {
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

function incidentsTable({ joining, truth }: Benched): Table {
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
      ['incidents with alerts of two stories or more', joining.mixed],
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
  };
}

function indicatorsTable({ truth, ours }: Benched): Table {
  const contacts = truth.filter((t) => t.attack === CONTACT);
  return {
    title: 'Contacts with indicators',
    says: 'Two feeds of a few hundred addresses each: one is there before the traffic is ingested, one comes when all is stored. Both list content networks that everybody uses, which a warning list excuses.',
    columns: ['form', ...LISTED.map((listed) => `listed ${listed} the traffic`)],
    rows: [...Map.groupBy(contacts, (t) => String(t.shape['form']))].map(([form, of]) => [
      form,
      ...LISTED.map((listed) => {
        const those = of.filter((t) => t.shape['listed'] === listed);
        const found = those.filter((t) => ours.score.found.has(t)).length;
        return printShare({ found, happened: those.length });
      }),
    ]),
  };
}

function sourcesTable({ sources }: Benched): Table | undefined {
  const [first] = sources;
  if (!first) return undefined;
  return {
    title: 'By source',
    says: 'The same days, with two shapes of each attack and the campaigns, as other clouds would have logged them: Azure virtual networks; Azure security groups (whole seconds); AWS (each direction apart, ten minutes at a time); Google Cloud (one packet in thirty, half of the entries, nothing that was denied).',
    columns: ['attack', ...sources.map(({ source }) => source)],
    rows: [
      ...[...first.score.attacks].map(([attack, { happened }]) => [
        attack,
        ...sources.map(({ score: s }) => `${s.attacks.get(attack)?.found ?? 0} of ${happened}`),
      ]),
      ['**all**', ...sources.map(({ score: s }) => s.found.size)],
      [
        'wrong, for 1,000 entities and a day',
        ...sources.map(({ score: s }) => s.wrongPerThousand.toFixed(1)),
      ],
      ['records', ...sources.map(({ flows }) => flows.toLocaleString('en-US'))],
    ],
    notes: sources.flatMap(({ source, blind }) =>
      blind.map((sentence) => `findings on ${source} say: ${sentence}`),
    ),
  };
}

function ablationTable({ ablation, truth }: Benched): Table {
  return {
    title: 'What each part is worth',
    says: 'The same findings told again with one family of evidence left out, or with another weight.',
    columns: ['changed', 'found', 'alerts', 'wrong', 'wrong, for 1,000 entities and a day'],
    rows: ablation.map((s) => [
      s.name,
      `${s.found.size} of ${truth.length}`,
      s.alerts,
      s.wrong.length,
      s.wrongPerThousand.toFixed(1),
    ]),
  };
}

function artefactsTable({ artefacts }: Benched): Table {
  return {
    title: 'Accidents of the invention',
    says: 'How well one field that should not matter tells attacks from the rest, as the area under the ROC curve of the best rule on it: 0.5 tells nothing. Above 0.75 the numbers of this page could not be trusted.',
    columns: ['field', 'area'],
    rows: artefacts.map(({ field, area }) => [field, ratio(area)]),
  };
}

function missedTable({ ours }: Benched): Table {
  return {
    title: 'Not found',
    says: 'What flows cannot show, or detectors do not look for: what is inside a connection; a beacon without any rhythm (calls at random moments), or with fewer than 12 calls; one that many hosts use, or that was there before yesterday and told then; a guess or two at a password; data carried to an address that got as much before; an attack by an address that is declared a scanner, or scanned before at the same hours; one of several clients behind one address; anything within one host.',
    columns: ['attack', 'shape', 'events'],
    rows: ours.score.missed.map((t) => [
      t.id,
      Object.entries(t.shape)
        .map(([name, value]) => `${name} ${value}`)
        .join(', '),
      t.events,
    ]),
  };
}

function costTable({ seconds, costs }: Benched): Table {
  return {
    title: 'Cost',
    says: `Ingesting took ${seconds.ingest.toFixed(1)} s, counting ${seconds.count.toFixed(1)} s, looking at all days ${seconds.detect.toFixed(1)} s. The longest look of each detector:`,
    columns: ['detector', 'seconds'],
    rows: [...costs].map(([name, ms]) => [name, (ms / 1000).toFixed(1)]),
  };
}
