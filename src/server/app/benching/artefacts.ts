import type { Injected } from '#core/inject/index.ts';
import type { Conversation } from '#core/traffic/index.ts';

/** How well one field alone tells attacks from the rest: area under the ROC curve, 0.5 where it tells nothing. */
export interface Artefact {
  readonly field: string;
  readonly area: number;
}

/** A field that says nothing of what happens: one of a few values, or undefined where it is not there. */
interface Field {
  readonly name: string;
  readonly read: (c: Conversation, outside: string) => string | number | undefined;
  /** True for what an address has: each address counts once. */
  readonly isOfAddress?: boolean;
}

/** Sizes below are those of a refusal, or of nothing: what an attack is, no accident. */
const SAYS_NOTHING = 100;
const digitOf = (bytes: number) => (bytes < SAYS_NOTHING ? undefined : bytes % 10);

const FIELDS: readonly Field[] = [
  {
    name: 'block of the outside address',
    read: (_, ip) => ip.split('.').slice(0, 2).join('.'),
    isOfAddress: true,
  },
  {
    name: 'last number of the outside address',
    read: (_, ip) => Math.floor(Number(ip.split('.').at(-1)) / 8),
    isOfAddress: true,
  },
  { name: 'parity of the source port', read: (c) => c.srcPort % 2 },
  { name: 'range of the source port', read: (c) => Math.floor(c.srcPort / 1024) },
  { name: 'millisecond of the start', read: (c) => Math.floor((c.at % 1000) / 20) },
  { name: 'second of the start', read: (c) => Math.floor(c.at / 1000) % 60 },
  { name: 'last digit of the bytes sent', read: (c) => digitOf(c.bytesOut) },
  { name: 'last digit of the bytes received', read: (c) => digitOf(c.bytesIn) },
];

/** Of one attack; of everything else. More would let the longest attacks speak for all. */
const PER_ATTACK = 40;
const HARMLESS = 20_000;

const every = <T>(list: readonly T[], most: number): readonly T[] => {
  const step = Math.max(1, Math.floor(list.length / most));
  return list.filter((_, i) => i % step === 0).slice(0, most);
};

/**
 * Whether an accident of the injector gives attacks away: the best rule of one field is learned from every second
 * conversation with the outside and tried on the others.
 */
export function findArtefacts({ conversations, truth, estate }: Injected): readonly Artefact[] {
  const outsideOf = (c: Conversation) =>
    estate.nicOf(c.dest) === undefined ? c.dest : estate.nicOf(c.src) === undefined ? c.src : '';
  const isSeen = (c: Conversation) => /^(192|198|203)\./.test(outsideOf(c));
  const attacks = truth.flatMap((t) => every(t.conversations.filter(isSeen), PER_ATTACK));
  const hidden = truth.reduce((n, t) => n + t.events, 0);
  // What attacks did comes after what habits did.
  const harmless = every(conversations.slice(0, -hidden || undefined).filter(isSeen), HARMLESS);
  return FIELDS.map(({ name, read, isOfAddress = false }) => {
    const values = (of: readonly Conversation[]) => {
      const counted = isOfAddress ? new Map(of.map((c) => [outsideOf(c), c])).values() : of;
      return [...counted].flatMap((c) => read(c, outsideOf(c)) ?? []).map(String);
    };
    return { field: name, area: areaOf(values(attacks), values(harmless)) };
  });
}

const isOdd = (_: unknown, i: number) => i % 2 === 1;
const isEven = (_: unknown, i: number) => i % 2 === 0;

function countOf(values: readonly string[]): ReadonlyMap<string, number> {
  return new Map([...Map.groupBy(values, (v) => v)].map(([v, of]) => [v, of.length]));
}

/** Values in the order of how much more often attacks have them, learned from the odd; the area of the even. */
function areaOf(bad: readonly string[], good: readonly string[]): number {
  const [badOdd, goodOdd] = [countOf(bad.filter(isOdd)), countOf(good.filter(isOdd))];
  const share = (v: string) => {
    const b = (badOdd.get(v) ?? 0) / Math.max(1, bad.length);
    const g = (goodOdd.get(v) ?? 0) / Math.max(1, good.length);
    return b + g === 0 ? 0.5 : b / (b + g);
  };
  const [badEven, goodEven] = [countOf(bad.filter(isEven)), countOf(good.filter(isEven))];
  const order = [...new Set([...badEven.keys(), ...goodEven.keys()])]
    .map((v) => ({ share: share(v), bad: badEven.get(v) ?? 0, good: goodEven.get(v) ?? 0 }))
    .sort((a, b) => a.share - b.share);
  let below = 0;
  let pairs = 0;
  for (const at of order) {
    pairs += at.bad * (below + at.good / 2);
    below += at.good;
  }
  const all = bad.filter(isEven).length * good.filter(isEven).length;
  return all === 0 ? 0.5 : pairs / all;
}
