import { wilson } from '#core/detect/index.ts';
import type { Measured } from './measure.ts';
import type { Score } from './score.ts';

/** What the issue asks of each attack; the harder half of beacons is asked less. */
const BARS: Readonly<Record<string, number>> = {
  'port-scan': 0.95,
  'host-scan': 0.95,
  'password-guessing': 0.95,
  'password-spraying': 0.95,
  flood: 0.95,
  exposure: 0.95,
};
const EASY_BEACON = 0.9;
const HARD_BEACON = 0.7;
const BUDGET = 5;

export interface Bar {
  readonly says: string;
  readonly isMet: boolean;
}

const share = (found: number, happened: number) => {
  const { low, high } = wilson(found, happened);
  return `${found} of ${happened} (${(found / happened).toFixed(2)}; ${low.toFixed(2)} to ${high.toFixed(2)})`;
};

/** The bars, with whether each is met by what was measured. */
export function bars(ours: Score, truth: Measured['injected']['truth']): readonly Bar[] {
  const missed = new Set(ours.missed);
  const ofAttacks = Object.entries(BARS).flatMap(([attack, least]): Bar[] => {
    const counts = ours.attacks.get(attack);
    if (!counts) return [];
    const { found, happened } = counts;
    return [
      {
        says: `recall of ${attack} at least ${least}: ${share(found, happened)}`,
        isMet: found / happened >= least,
      },
    ];
  });
  const beacons = truth.filter((t) => t.attack === 'beacon' && t.events >= 24);
  const ofBeacons = (
    [
      [
        'up to 20 % of jitter',
        EASY_BEACON,
        beacons.filter((t) => Number(t.shape['jitter']) <= 0.2),
      ],
      ['50 % of jitter', HARD_BEACON, beacons.filter((t) => Number(t.shape['jitter']) > 0.2)],
    ] as const
  ).flatMap(([says, least, of]): Bar[] => {
    const found = of.filter((t) => !missed.has(t)).length;
    return of.length === 0
      ? []
      : [
          {
            says: `recall of beacons with ${says} and 24 events at least ${least}: ${share(found, of.length)}`,
            isMet: found / of.length >= least,
          },
        ];
  });
  const rate = ours.wrongPerThousand;
  return [
    ...ofAttacks,
    ...ofBeacons,
    {
      says: `at most ${BUDGET} wrong alarms of 1,000 hosts a day: ${rate.toFixed(1)}`,
      isMet: rate <= BUDGET,
    },
  ];
}

const row = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;

/** The page of results, in Markdown. */
export function printReport(
  ours: Score,
  quiet: Score,
  rivals: readonly Score[],
  measured: Measured,
  about: { readonly hosts: number; readonly days: number; readonly seed: string },
): string {
  const { injected, seconds, costs } = measured;
  const total = (s: Score) => [...s.attacks.values()].reduce((n, { found }) => n + found, 0);
  return [
    '# How well detection finds what was hidden',
    '',
    '<!-- Written by `weir bench detection --output markdown`; run it again instead of editing. -->',
    '',
    `${about.hosts} hosts lived through ${about.days} days (seed ${about.seed}) with ${injected.truth.length} attacks on the last, each by another host: ${measured.flows.toLocaleString('en-US')} records of Azure virtual network flow logs, ingested, counted and looked at as the product does. An attack counts as found when an alarm of medium severity or more is of its kind and names who did it. What is invented flatters: take these numbers as an upper bound.`,
    '',
    '## Bars',
    '',
    ...bars(ours, injected.truth).map(
      ({ says, isMet }) => `- ${isMet ? 'met' : '**missed**'}: ${says}`,
    ),
    '',
    '## By attack',
    '',
    `Beside it what simpler rules find, by the same measure; each is asked of the hourly aggregates. Where ${injected.truth.length} of ${about.hosts} hosts attack, guessing finds many too: its wrong alarms tell.`,
    '',
    row(['attack', 'found', ...rivals.map((r) => r.name)]),
    row(['---', '---', ...rivals.map(() => '---')]),
    ...[...ours.attacks].map(([attack, { found, happened }]) =>
      row([
        attack,
        share(found, happened),
        ...rivals.map((r) => r.attacks.get(attack)?.found ?? 0),
      ]),
    ),
    row(['**all**', total(ours), ...rivals.map(total)]),
    row(['alarms', ours.alarms, ...rivals.map((r) => r.alarms)]),
    row(['of them right', ours.right, ...rivals.map((r) => r.right)]),
    row(['of another kind than the attack', ours.related, ...rivals.map((r) => r.related)]),
    row(['wrong', ours.wrong.length, ...rivals.map((r) => r.wrong.length)]),
    row([
      'wrong, of 1,000 hosts a day',
      ours.wrongPerThousand.toFixed(1),
      ...rivals.map((r) => r.wrongPerThousand.toFixed(1)),
    ]),
    '',
    `On the day before, when nothing bad happened: ${quiet.wrong.length} alarms (${quiet.wrongPerThousand.toFixed(1)} of 1,000 hosts a day).`,
    ...[...ours.wrong, ...quiet.wrong].map((text) => `- ${text}`),
    '',
    '## Not found',
    '',
    ...(ours.missed.length === 0
      ? ['Nothing of this set.']
      : ours.missed.map((t) => `- ${t.id}: ${JSON.stringify(t.shape)}, ${t.events} events`)),
    '',
    'What flows cannot show, or detectors do not look for: what is inside a connection; a beacon without any rhythm (calls at random moments), or with fewer than 12 calls; one that many hosts use, or that was there before yesterday and told then; a guess or two at a password; data carried to an address that got as much before; an attack by an address that is declared a scanner, or scanned before at the same hours; anything within one host.',
    '',
    '## Cost',
    '',
    `Ingesting took ${seconds.ingest.toFixed(1)} s, counting ${seconds.count.toFixed(1)} s, looking at the last day ${seconds.detect.toFixed(1)} s: ${[...costs].map(([name, ms]) => `${name} ${(ms / 1000).toFixed(1)}`).join(', ')}.`,
    '',
  ].join('\n');
}
