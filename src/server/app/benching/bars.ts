import { wilson } from '#core/detect/index.ts';
import { CONTACT, type Truth } from '#core/inject/index.ts';
import { type Joining, precisionOf } from './joining.ts';
import type { Counts, Score } from './score.ts';

export interface Bar {
  readonly says: string;
  readonly isMet: boolean;
}

/** Which attacks must be found how often. */
interface RecallBar {
  readonly says: string;
  readonly least: number;
  readonly is: (t: Truth) => boolean;
}

const ENOUGH_CALLS = 24;
const isOf =
  (...attacks: readonly string[]) =>
  (t: Truth): boolean =>
    attacks.includes(t.attack);
const isBeacon = (t: Truth, above: number, upTo: number): boolean => {
  const jitter = Number(t.shape['jitter']);
  return t.attack === 'beacon' && t.events >= ENOUGH_CALLS && jitter > above && jitter <= upTo;
};

const RECALL: readonly RecallBar[] = [
  { says: 'scans, fast and slow', least: 0.95, is: isOf('port-scan', 'host-scan', 'slow-scan') },
  { says: 'guessed passwords', least: 0.95, is: isOf('password-guessing', 'password-spraying') },
  { says: 'floods', least: 0.95, is: isOf('flood') },
  { says: 'exposures', least: 0.95, is: isOf('exposure') },
  { says: 'contacts with indicators, matched', least: 0.95, is: isOf(CONTACT) },
  {
    says: `beacons of at least ${ENOUGH_CALLS} calls with up to 20 % of jitter`,
    least: 0.9,
    is: (t) => isBeacon(t, -1, 0.2),
  },
  {
    says: `beacons of at least ${ENOUGH_CALLS} calls with up to 50 % of jitter`,
    least: 0.7,
    is: (t) => isBeacon(t, 0.2, 0.5),
  },
];

/** Wrong alerts of 1,000 entities and a day; share of the alerts of incidents that are of its own attack. */
const MOST_WRONG = 5;
const LEAST_JOINED = 0.8;

/** `8 of 9 (0.89; 0.57 to 0.98)`: with Wilson's interval of 95 %. */
export function printShare({ found, happened }: Counts): string {
  if (happened === 0) return 'none';
  const { low, high } = wilson(found, happened);
  return `${found} of ${happened} (${(found / happened).toFixed(2)}; ${low.toFixed(2)} to ${high.toFixed(2)})`;
}

/** What bars are judged by. */
export interface Judged {
  readonly ours: Score;
  /** Contacts that indicators matched. */
  readonly contacts: ReadonlySet<Truth>;
  readonly joining: Joining;
  readonly truth: readonly Truth[];
}

/** What is asked of detection, and whether what was measured meets it. Attacks that did not happen are left out. */
export function bars({ ours, contacts, joining, truth }: Judged): readonly Bar[] {
  const ofRecall = RECALL.flatMap(({ says, least, is }): Bar[] => {
    const of = truth.filter(is);
    const found = of.filter((t) => ours.found.has(t) || contacts.has(t)).length;
    if (of.length === 0) return [];
    return [
      {
        says: `recall of ${says} at least ${least}: ${printShare({ found, happened: of.length })}`,
        isMet: found / of.length >= least,
      },
    ];
  });
  const precision = precisionOf(joining);
  return [
    ...ofRecall,
    {
      says: `at most ${MOST_WRONG} wrong alerts of medium severity or more for 1,000 entities and a day: ${ours.wrongPerThousand.toFixed(1)}`,
      isMet: ours.wrongPerThousand <= MOST_WRONG,
    },
    {
      says: `incident precision at least ${LEAST_JOINED}: ${printShare({ found: joining.own, happened: joining.alerts })}`,
      isMet: precision >= LEAST_JOINED,
    },
  ];
}
