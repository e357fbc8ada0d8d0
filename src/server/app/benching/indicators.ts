import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding } from '#core/alert/index.ts';
import type { Micros } from '#core/base/index.ts';
import { CONTACT, type Injected, type Truth } from '#core/inject/index.ts';
import { Random } from '#core/traffic/index.ts';
import { createIntel, type FeedSettings, type Intel } from '#server/intel/index.ts';
import type { Store } from '#server/store/index.ts';
import { contactsOf, tells } from './claim.ts';

/** Addresses of each feed that nobody here ever meets. */
const OTHERS = 200;
/** Addresses of networks that deliver content for everybody, which a careless feed lists and a warning list knows. */
const SHARED = 3;

/** What feeds say of their addresses, and whether those come in: a control server is called, who guesses calls. */
const ROLES = { c2: false, bruteforcer: true } as const;

/** When the feed with a contact's address comes: before the traffic, or after. */
export const LISTED = ['before', 'after'] as const;

export interface Followed {
  /** Matches what is stored from now on, then looks back once the other feeds came. Resolves with all that was found. */
  finish(): Promise<readonly Finding[]>;
}

/**
 * Follows feeds as the product would: two that are there before anything is stored, two that come when all is. Those of
 * control servers list content networks too, which a warning list excuses, the others addresses that only tried in vain to
 * come in.
 */
export async function followFeeds(
  home: string,
  injected: Injected,
  store: Store,
  clock: () => Micros,
  onError: (text: string) => void,
): Promise<Followed> {
  const folder = join(home, 'feeds');
  mkdirSync(folder);
  const { estate, truth, conversations } = injected;
  const met = new Set(truth.flatMap((t) => t.conversations.flatMap((c) => [c.src, c.dest])));
  const shared = estate.outside.cdn.slice(0, SHARED);
  const noise = conversations.filter((c) => c.isDenied && !estate.nicOf(c.src)).slice(0, SHARED);
  const feedOf = (listed: string, role: keyof typeof ROLES): FeedSettings => {
    const random = new Random(`feed ${listed} ${role}`);
    const bad = truth.filter(
      (t) =>
        t.attack === CONTACT &&
        t.shape['listed'] === listed &&
        ROLES[role] === (t.shape['form'] === 'visit'),
    );
    const lines = [
      ...Array.from({ length: OTHERS }, () => estate.stranger(random)).filter((a) => !met.has(a)),
      ...bad.map(listedOf(estate)),
      ...(role === 'c2' ? shared : noise.map((c) => c.src)),
    ];
    const location = join(folder, `${listed}-${role}.txt`);
    writeFileSync(location, `${lines.join('\n')}\n`);
    return {
      name: `${role} ${listed}`,
      kind: 'file',
      location,
      everyMs: 3_600_000,
      trust: 1,
      confidence: 80,
      role,
      isWholeList: true,
      allowsPrivate: false,
    };
  };
  const feedsOf = (listed: string) => [feedOf(listed, 'c2'), feedOf(listed, 'bruteforcer')];
  const [before, after] = LISTED.map(feedsOf);
  const path = join(folder, 'content-networks.txt');
  writeFileSync(path, `${shared.join('\n')}\n`);
  const follow = (of: readonly FeedSettings[]): Intel =>
    createIntel({
      store,
      clock,
      feeds: of,
      warningLists: [{ path, class: 'shared' }],
      onError: (error, what) => onError(`indicators: ${what}: ${String(error)}`),
    });
  const first = follow(before ?? []);
  first.start();
  await first.settle();
  return {
    async finish() {
      await first.settle();
      await first.stop();
      const second = follow([...(before ?? []), ...(after ?? [])]);
      second.start();
      try {
        await second.settle();
        return second.findings({ from: 0, to: Number.MAX_SAFE_INTEGER });
      } finally {
        await second.stop();
      }
    },
  };
}

/** Of the two that a contact is between, the one outside. */
const listedOf =
  (estate: Injected['estate']) =>
  ({ actor, targets }: Truth): string =>
    estate.nicOf(actor) ? (targets[0] ?? '') : actor;

/** Contacts that were matched, whatever their severity. */
export function matched(findings: readonly Finding[], truth: readonly Truth[]): ReadonlySet<Truth> {
  const claimed = contactsOf(findings);
  return new Set(truth.filter((t) => t.attack === CONTACT && claimed.some((c) => tells(c, t))));
}
