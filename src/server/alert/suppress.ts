import { compileScope, type SuppressionScope, tellScope } from '#core/alert/index.ts';
import { MICROS_PER_DAY, printInstant } from '#core/base/index.ts';
import type { ROUTES, RouteOutput, SuppressionTold } from '#core/contract/index.ts';
import type { AlertLists } from './alert-lists.ts';
import type { DeskDeps, In } from './desk.ts';
import { AlertRefused } from './refused.ts';
import type { Suppressions } from './suppressions.ts';
import { tellSuppression } from './told.ts';

/** What people do about alerts that they do not want. Throws AlertRefused. */
export interface SuppressionDesk {
  suppressions(): readonly SuppressionTold[];
  previewSuppression(
    input: In<'previewSuppression'>,
  ): RouteOutput<(typeof ROUTES)['previewSuppression']>;
  suppress(input: In<'suppress'>, who: string): SuppressionTold;
  endSuppression(input: In<'endSuppression'>, who: string): void;
}

const MOST_EXAMPLES = 10;
/** A suppression without a hit for so long is perhaps not needed. */
const IDLE = 30 * MICROS_PER_DAY;
/** Share of a finder's findings that one suppression hides, above which the finder itself should be looked at. */
const MOST_HIDDEN = 0.5;

export function createSuppressionDesk(
  deps: Omit<DeskDeps, 'journal'> & {
    readonly suppressions: Suppressions;
    readonly lists: AlertLists;
  },
): SuppressionDesk {
  const { alerts, lists, incidents, suppressions, newId, clock, state, onChange } = deps;

  const nameOf = (finder: string): string => lists.finderName(finder) ?? finder;

  function compile(scope: SuppressionScope) {
    const { finders, actors, targets, entities } = scope;
    if (![finders, actors, targets, entities].some((list) => list?.length))
      throw new AlertRefused(
        'bad-request',
        'A suppression of everything would hide everything.',
        'Name a finder, or who or what it is about.',
      );
    return compileScope(scope);
  }

  function warningOf(id: string, createdAt: number, lastHit: number | undefined): string | null {
    const now = clock();
    if ((lastHit ?? createdAt) < now - IDLE)
      return 'It has hidden nothing for 30 days. End it when it is not needed any more.';
    for (const { finder, hits } of suppressions.hitsByFinder(id)) {
      const told = alerts.raisedByRule(finder, createdAt).reduce((sum, a) => sum + a.findings, 0);
      const share = hits / (hits + told);
      if (hits >= 10 && share > MOST_HIDDEN)
        return `It hides ${Math.round(share * 100)} % of what ${nameOf(finder)} finds. Look at that rule or detector instead.`;
    }
    return null;
  }

  const tell = (id: string) => {
    const found = suppressions.find(id);
    if (!found)
      throw new AlertRefused('not-found', 'There is no such suppression.', 'Load the page anew.');
    return tellSuppression(found, clock(), nameOf, warningOf(id, found.createdAt, found.lastHit));
  };

  return {
    suppressions: () => suppressions.list().map(({ id }) => tell(id)),
    previewSuppression({ scope, days }) {
      const test = compile(scope);
      const all = lists.told(clock() - days * MICROS_PER_DAY);
      const hidden = all.filter(test);
      return {
        says: tellScope(scope, nameOf),
        hidden: hidden.length,
        total: all.length,
        right: hidden.filter((a) => a.verdict === 'TruePositive').length,
        examples: hidden.slice(0, MOST_EXAMPLES).map((a) => ({
          id: a.id,
          title: a.title,
          at: printInstant(a.raisedAt),
          severity: a.severity,
        })),
      };
    },
    suppress({ scope, reason, days, alert }, who) {
      compile(scope);
      const id = newId();
      const now = clock();
      state.transaction(() => {
        const madeFrom = alert === undefined ? undefined : alerts.alert(alert);
        suppressions.add({
          id,
          scope,
          reason,
          owner: who,
          createdAt: now,
          expiresAt: now + days * MICROS_PER_DAY,
          madeFrom: madeFrom?.id,
        });
        if (madeFrom?.incident !== undefined)
          incidents.note(madeFrom.incident, {
            at: now,
            who,
            kind: 'suppressed',
            says: `Suppressed for ${days} days: ${tellScope(scope, nameOf)}. ${reason}`,
          });
      });
      onChange();
      return tell(id);
    },
    endSuppression({ id }) {
      if (!suppressions.end(id, clock()))
        throw new AlertRefused(
          'not-found',
          'There is no such suppression, or it ended already.',
          'Load the page anew.',
        );
      onChange();
    },
  };
}
