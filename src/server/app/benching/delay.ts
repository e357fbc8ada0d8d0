import { DAY as DAILY, DETECTORS, HOUR } from '#core/detect/index.ts';
import type { Truth } from '#core/inject/index.ts';
import { detectWindow } from '#server/detect/index.ts';
import { claimsOfFindings, tells } from './claim.ts';
import { DAY, type World } from './world.ts';

/** How long an attack went on before it was told. */
export interface Delay {
  readonly attack: Truth;
  /** From its first flow to the end of the hour whose look told it, event time. */
  readonly ms: number;
  /** Of what it did, so many of `attack.events` had happened by then. */
  readonly seen: number;
}

/**
 * Looks again at the end of each hour of the last day, with the detectors that told something at its end, knowing nothing of
 * what came later. The product looks while an hour runs, every minute to every hour by detector: this is the longest that
 * it takes there. Detectors that look once a day tell at its end.
 */
export async function measureDelays(
  { store, query, end, findings }: World,
  found: ReadonlySet<Truth>,
  signal: AbortSignal,
): Promise<readonly Delay[]> {
  const delays: Delay[] = [];
  const telling = new Map(
    [...found].map((t) => [
      t,
      new Set(
        findings
          .filter((f) => claimsOfFindings([f]).some((c) => tells(c, t)))
          .map((f) => f.finder.id),
      ),
    ]),
  );
  const waiting = new Set([...found].filter((t) => (telling.get(t)?.size ?? 0) > 0));
  for (let at = end - DAY + HOUR; at <= end && waiting.size > 0; at += HOUR) {
    const begun = [...waiting].filter((t) => t.first * 1000 < at);
    const detectors = DETECTORS.filter(
      (d) =>
        (d.every < DAILY || at === end) && begun.some((t) => telling.get(t)?.has(d.name) === true),
    );
    if (detectors.length === 0) continue;
    const looked = { store, query, signal, from: end - DAY, to: at, detectors };
    const claims = claimsOfFindings(await detectWindow(looked));
    for (const attack of begun)
      if (claims.some((c) => tells(c, attack))) {
        waiting.delete(attack);
        const seen = attack.conversations.filter((c) => c.at * 1000 < at).length;
        delays.push({ attack, ms: at / 1000 - attack.first, seen });
      }
  }
  return delays;
}
