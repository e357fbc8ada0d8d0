import type { Severity } from '#core/alert/index.ts';
import { counted, printCount, printSeconds } from '#core/base/index.ts';
import { percent } from './claim.ts';
import type { Conversation } from './conversation.ts';
import type { Pass } from './detector.ts';
import { pastDays } from './kql.ts';
import { findPeriodicity, type Periodicity, phaseLock } from './periodicity.ts';
import { type RitaScore, ritaScore } from './rita.ts';
import { instantOf, numberOf, type Row } from './row.ts';
import { COMMON_OUTSIDE } from './services.ts';
import { blindness, clarity, isCoarse } from './sight.ts';
import { clamp } from './statistics.ts';

/** How regular a conversation is, by two measures that see different things. */
export interface Regularity {
  readonly rhythm: Periodicity;
  readonly rita: RitaScore;
  readonly phase: number;
  /** 0 to 1. */
  readonly strength: number;
}

export interface RhythmValues {
  readonly leastEvents: number;
  readonly sureEvents: number;
  readonly sureFit: number;
}

/** Records that cover so many seconds may be parts of one flow. */
const LONG_RECORD = 10;

/** Fit that so few events must reach instead. */
const FEW_EVENTS_FIT = 0.7;

/** Undefined where there is no rhythm, or where the source's times are too coarse to tell one. */
export function regularityOf(
  conversation: Conversation,
  pass: Pick<Pass, 'from' | 'to' | 'knownFrom'>,
  values: RhythmValues,
): Regularity | undefined {
  const { seconds, sizes, sight } = conversation;
  const rhythm = findPeriodicity(seconds);
  if (!rhythm || rhythm.events < values.leastEvents) return undefined;
  // Records of ten minutes begin every ten minutes, whatever is in them.
  const windowSeconds = sight.windowMs / 1000;
  if (isCoarse(sight) && rhythm.period < 2.5 * windowSeconds) return undefined;
  // And those of one flow that goes on follow each other as fast as they are long.
  if (windowSeconds >= LONG_RECORD && rhythm.period <= 1.25 * windowSeconds) return undefined;
  const isFew = rhythm.events < values.sureEvents;
  if (rhythm.surely < (isFew ? FEW_EVENTS_FIT : values.sureFit)) return undefined;
  const window = { from: Math.max(pass.from, pass.knownFrom) / 1e6, to: pass.to / 1e6 };
  const rita = ritaScore(seconds, sizes, window);
  return {
    rhythm,
    rita,
    phase: phaseLock(seconds, rhythm.period).length,
    strength: Math.max(rhythm.surely, rita.score),
  };
}

/** How many hosts may use a target for it to be rare, and from how many on it is common, in a network of so many. */
export function rareness(insideHosts: number): { readonly rare: number; readonly common: number } {
  return { rare: Math.max(2, 0.03 * insideHosts), common: Math.max(6, 0.15 * insideHosts) };
}

/** What is known of the target beside the rhythm. Rows hold Users, Known (null: never before) and PastUsers. */
export interface Standing {
  readonly users: number;
  /** 1 where hardly anybody uses it, 0 where many do. */
  readonly rarity: number;
  /** So few use it that this speaks against a service; where nobody knew it before, a few more may. */
  readonly isRare: boolean;
  /** Days since it was first seen; undefined where the past is too short to tell. */
  readonly ageDays: number | undefined;
  readonly isNew: boolean;
  readonly isEstablished: boolean;
}

const NEW_DAYS = 7;
/** What was there before the day that is looked at was looked at then: if it was told, it is told still. */
const ESTABLISHED_DAYS = 1;
/** Days of past from which on a target that nobody knew is new. */
const PAST_DAYS = 2;

export const standingOf = ({ rows }: Conversation, pass: Pass): Standing =>
  standingOfRow(rows[0]!, pass);

export function standingOfRow(row: Row, pass: Pass): Standing {
  const users = Math.max(1, numberOf(row, 'Users'), numberOf(row, 'PastUsers'));
  const { rare, common } = rareness(pass.knowledge.insideHosts);
  const known = instantOf(row, 'Known');
  const past = pastDays(pass);
  const ageDays = known > 0 ? (pass.to - known) / 86_400e6 : past >= 1 ? 0 : undefined;
  const rarity = clamp(Math.log(common / users) / Math.log(common / rare));
  return {
    users,
    rarity,
    isRare: rarity >= (past >= PAST_DAYS && ageDays === 0 ? 0.5 : 1),
    ageDays,
    isNew: past >= NEW_DAYS && (ageDays ?? 0) <= NEW_DAYS,
    isEstablished: (ageDays ?? 0) >= ESTABLISHED_DAYS,
  };
}

/** Modifiers of the strength: RITA's two, prevalence and first seen, made continuous, and the port. */
export function beaconScore(regular: Regularity, standing: Standing, port: number | null): number {
  const rare = 0.3 * standing.rarity - 0.15;
  const age = standing.isNew ? 0.15 : standing.isEstablished ? -0.15 : 0;
  const odd = port !== null && !COMMON_OUTSIDE.has(port) ? 0.05 : 0;
  return clamp(regular.strength + rare + age + odd);
}

/** Sentences that every claim about a rhythm owes. */
export function rhythmReasons(
  { rhythm, rita }: Regularity,
  { sight, sizes }: Conversation,
): string[] {
  const sizeText =
    rita.sizes >= 0.8 && sizes.length >= 3
      ? ` What it sends is as even (RITA's size score is ${rita.sizes}).`
      : '';
  const gaps = rhythm.events - 1;
  return [
    rhythm.isLine
      ? `${printCount(rhythm.events)} connections, one every ${printSeconds(rhythm.period)} on average: ${percent(rhythm.fit)} of them are within six tenths of that of an even grid, from which a person's traffic strays by more and more.`
      : `${printCount(rhythm.events)} connections, ${printSeconds(rhythm.period)} apart, give or take ${percent(rhythm.jitter)}: ${percent(rhythm.fit)} of ${printCount(gaps - rhythm.pauses)} gaps fit that rhythm, of a person's traffic less than half would.`,
    `RITA's beacon score is ${rita.score} (times ${rita.timestamps}, sizes ${rita.sizes}, spread over the window ${rita.histogram}, duration ${rita.duration}).${sizeText}`,
    ...(rhythm.pauses > 0
      ? [`${counted(rhythm.pauses, 'longer pause')} left out, as of a night or a laptop asleep.`]
      : []),
    ...blindness(sight),
  ];
}

export function rhythmFeatures(regular: Regularity, { flows }: Conversation) {
  const { rhythm, rita, phase, strength } = regular;
  return {
    flows,
    events: rhythm.events,
    periodSeconds: rhythm.period,
    jitter: rhythm.jitter,
    fit: rhythm.fit,
    surely: rhythm.surely,
    pauses: rhythm.pauses,
    missed: rhythm.missed,
    phase,
    rita: rita.score,
    ritaTimestamps: rita.timestamps,
    ritaSizes: rita.sizes,
    ritaHistogram: rita.histogram,
    ritaDuration: rita.duration,
    strength,
  };
}

export const beaconConfidence = (regular: Regularity, { sight }: Conversation): number =>
  clamp(0.4 + 0.5 * regular.rhythm.surely) * clarity(sight);

/** One step down for each thing that speaks for a harmless service. */
export function worstFirst(steps: readonly boolean[], from: Severity): Severity {
  const ladder: readonly Severity[] = ['informational', 'low', 'medium', 'high'];
  const place = ladder.indexOf(from) - steps.filter(Boolean).length;
  return ladder[Math.max(0, place)] ?? 'informational';
}

export function standingReason(standing: Standing, dest: string, hostsInside: number): string {
  const of = hostsInside > 0 ? ` of ${printCount(hostsInside)}` : '';
  const users =
    standing.users <= 1
      ? `No other inside host${of} talks to ${dest}`
      : `${standing.users} inside hosts${of} talk to ${dest}`;
  if (standing.ageDays === undefined)
    return `${users}; the data does not go back far enough to tell since when.`;
  if (standing.ageDays === 0) return `${users}, and nobody did before.`;
  return `${users}, for ${printSeconds(standing.ageDays * 86_400)} so far.`;
}
