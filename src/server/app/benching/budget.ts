import type { Truth } from '#core/inject/index.ts';
import type { Claimed } from './claim.ts';
import { score } from './score.ts';

/** What was found by who reads the heaviest alerts first and stops. */
export interface Read {
  readonly alerts: number;
  readonly wrong: number;
  readonly found: number;
}

const heaviestFirst = (claimed: readonly Claimed[]): readonly Claimed[] =>
  claimed.toSorted((a, b) => b.weight - a.weight || a.first - b.first);

function read(claimed: readonly Claimed[], truth: readonly Truth[]): Read {
  const { alerts, wrong, found } = score('', claimed, truth, 1);
  return { alerts, wrong: wrong.length, found: found.size };
}

/**
 * Reads until more than `perThousand` wrong alerts for 1,000 entities and a day were read. Where most of what is told is
 * true because so much was hidden, a budget of alerts would measure the scenario: this one is of what is wasted.
 */
export function readUntilWrong(
  claimed: readonly Claimed[],
  truth: readonly Truth[],
  perThousand: number,
  entityDays: number,
): Read {
  const most = Math.floor((perThousand * entityDays) / 1000);
  const ordered = heaviestFirst(claimed);
  const isWrong = new Set(score('', claimed, truth, 1).wrong);
  let wrong = 0;
  let upTo = 0;
  for (const claim of ordered) {
    if (isWrong.has(claim) && ++wrong > most) break;
    upTo++;
  }
  return read(ordered.slice(0, upTo), truth);
}

/** Reads so many alerts. */
export const readSome = (
  claimed: readonly Claimed[],
  truth: readonly Truth[],
  alerts: number,
): Read => read(heaviestFirst(claimed).slice(0, alerts), truth);
