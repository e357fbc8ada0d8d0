import { type Conversation, type LogFile, Random, vnetFiles } from '#core/traffic/index.ts';
import type { Attack, Shape } from './attack.ts';
import { ATTACKS } from './attacks/index.ts';
import { DAY, Day } from './day.ts';
import { type Estate, FEWEST_HOSTS, makeEstate } from './estate.ts';
import { HABITS } from './habits/index.ts';

/** One attack of a scenario. */
export interface Planned {
  /** A name of ATTACKS. */
  readonly attack: string;
  readonly shape: Shape;
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
}

export interface Injected {
  readonly estate: Estate;
  readonly conversations: readonly Conversation[];
  /** The logs that Azure would have written, one interface after the other. */
  files(): Generator<LogFile>;
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
    grid
      .filter((_, i) => i % Math.max(1, Math.floor(grid.length / each)) === 0)
      .map((shape) => ({ attack: name, shape })),
  );

/** Lives through the days of a scenario. Habits begin on the first, attacks happen on the last. Throws BadScenario. */
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
  const victims = estate.of('workstation').slice(0, -1);
  const order = new Random(`${seed} victims`);
  const shuffled = victims.map((host) => ({ host, at: order.next() })).sort((a, b) => a.at - b.at);
  if (scenario.attacks.length > shuffled.length)
    throw new BadScenario(
      `${scenario.attacks.length} attacks need as many clients; there are ${shuffled.length}`,
    );
  const truth = scenario.attacks.map(({ attack, shape }, i): Truth => {
    const kind = ATTACKS.find((a) => a.name === attack);
    const victim = shuffled[i]?.host;
    if (!kind || !victim) throw new BadScenario(`there is no attack ${attack}`);
    const id = `${attack} ${i + 1}`;
    const happened = kind.happen(dayOf(days - 1, id), shape, victim);
    return { ...happened, id, attack, shape, technique: kind.technique };
  });
  return {
    estate,
    conversations: told,
    files: () => vnetFiles(told, (ip) => estate.nicOf(ip), start + days * DAY),
    truth,
  };
}
