import { type Conversation, type LogFile, Random } from '#core/traffic/index.ts';
import type { Attack, Shape } from './attack.ts';
import { ATTACKS } from './attacks/index.ts';
import { DAY, Day } from './day.ts';
import { type Estate, FEWEST_HOSTS, type Host, makeEstate, type Role } from './estate.ts';
import { HABITS } from './habits/index.ts';
import { SOURCES, type SourceName } from './sources.ts';

/** One attack of a scenario. */
export interface Planned {
  /** A name of ATTACKS. */
  readonly attack: string;
  readonly shape: Shape;
  /** Attacks of one campaign are steps of one intruder, in their order. */
  readonly campaign?: string;
  /**
   * Whose host it is from: by default one that no other attack uses, but for those of its campaign; `reached` is the last
   * target of the step before, `same` the host of the step before, a role its first host.
   */
  readonly host?: 'reached' | 'same' | Role;
}

/** What is to happen, as data. */
export interface Scenario {
  readonly seed: string;
  readonly hosts: number;
  readonly days: number;
  /** Milliseconds since 1970, midnight UTC, of the first day. */
  readonly start: number;
  /** Names of HABITS; all where absent. */
  readonly habits?: readonly string[];
  readonly attacks: readonly Planned[];
  readonly bounds?: Partial<Bounds>;
}

/** Beyond which a scenario is refused. */
export interface Bounds {
  readonly maxHosts: number;
  readonly maxDays: number;
  readonly maxConversations: number;
}

const BOUNDS: Bounds = { maxHosts: 2000, maxDays: 35, maxConversations: 20_000_000 };

/** What really happened, and what it was meant to be. */
export interface Truth extends Attack, Planned {
  readonly id: string;
  readonly technique: string;
  /** Its campaign, or its id: what belongs together. */
  readonly story: string;
  /** All that it did: its calls, attempts, flows, and when (ms) the first and the last of them began. */
  readonly conversations: readonly Conversation[];
  readonly events: number;
  readonly first: number;
  readonly last: number;
}

export interface Injected {
  readonly estate: Estate;
  readonly conversations: readonly Conversation[];
  /** The logs that a cloud would have written. */
  files(source?: SourceName): Generator<LogFile>;
  readonly truth: readonly Truth[];
}

/** A scenario that cannot be: beyond its bounds, or with a name that is none. */
export class BadScenario extends Error {
  override readonly name = 'BadScenario';
}

/** Every shape of every attack's grid once. */
export const fullGrid = (): readonly Planned[] =>
  ATTACKS.flatMap(({ name, grid }) => grid.map((shape) => ({ attack: name, shape })));

/** A few shapes of each attack, spread over its grid. */
export const smallGrid = (each = 3): readonly Planned[] =>
  ATTACKS.flatMap(({ name, grid }) =>
    Array.from({ length: Math.min(each, grid.length) }, (_, i) => ({
      attack: name,
      shape: grid[Math.floor((i * grid.length) / Math.min(each, grid.length))] ?? {},
    })),
  );

/** Lives through the days of a scenario. Habits begin on the first, attacks happen on the last, or end there. Throws BadScenario. */
export function inject(scenario: Scenario): Injected {
  const bounds = { ...BOUNDS, ...scenario.bounds };
  const { seed, hosts, days, start } = scenario;
  if (hosts < FEWEST_HOSTS || hosts > bounds.maxHosts)
    throw new BadScenario(`a scenario has ${FEWEST_HOSTS} to ${bounds.maxHosts} hosts`);
  if (days < 1 || days > bounds.maxDays)
    throw new BadScenario(`a scenario has 1 to ${bounds.maxDays} days`);
  const estate = makeEstate(seed, hosts);
  const told: Conversation[] = [];
  const habits = HABITS.filter((h) => scenario.habits?.includes(h.name) ?? true);
  const dayOf = (index: number, stream: string) =>
    new Day(
      estate,
      { start: start + index * DAY, index, isLast: index === days - 1 },
      `${seed} ${stream}`,
      told,
    );
  for (let index = 0; index < days; index++)
    for (const habit of habits) {
      habit.happen(dayOf(index, habit.name));
      if (told.length > bounds.maxConversations)
        throw new BadScenario(
          `the scenario makes more than ${bounds.maxConversations} conversations`,
        );
    }
  const truth = hide(scenario, estate, (id) => dayOf(days - 1, id), told);
  return {
    estate,
    conversations: told,
    files: (source = 'vnet') => SOURCES[source](told, (ip) => estate.nicOf(ip), start + days * DAY),
    truth,
  };
}

/** Lets the attacks of a scenario happen; what they do is added to `told`. */
function hide(
  { seed, attacks }: Scenario,
  estate: Estate,
  lastDay: (stream: string) => Day,
  told: Conversation[],
): readonly Truth[] {
  // The last client is the one that `change` gives another address.
  const victims = estate.of('workstation').slice(0, -1);
  const order = new Random(`${seed} victims`);
  const free = victims
    .map((host) => ({ host, at: order.next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ host }) => host);
  const steps = new Map<string, { readonly host: Host; readonly reached: string }>();
  return attacks.map((planned, i): Truth => {
    const { attack, shape, campaign, host: from } = planned;
    const kind = ATTACKS.find((a) => a.name === attack);
    if (!kind) throw new BadScenario(`there is no attack ${attack}`);
    const id = `${attack} ${i + 1}`;
    const story = campaign ?? id;
    const before = steps.get(story);
    const host =
      from === 'reached'
        ? estate.nicOf(before?.reached ?? '')
        : from === undefined || from === 'same'
          ? (before?.host ?? free.shift())
          : estate.the(from);
    if (!host)
      throw new BadScenario(
        `${id} has no host: of ${victims.length} clients each attack needs one, and 'reached' a step before`,
      );
    const begun = told.length;
    const happened = kind.happen(lastDay(id), shape, host);
    steps.set(story, { host, reached: happened.targets.at(-1) ?? '' });
    const conversations = told.slice(begun);
    return {
      ...planned,
      ...happened,
      id,
      story,
      technique: kind.technique,
      conversations,
      events: conversations.length,
      ...spanOf(conversations),
    };
  });
}

function spanOf(conversations: readonly Conversation[]): { first: number; last: number } {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const { at } of conversations) {
    first = Math.min(first, at);
    last = Math.max(last, at);
  }
  return { first, last };
}
