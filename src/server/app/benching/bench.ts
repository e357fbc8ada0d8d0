import {
  CAMPAIGNS,
  fullGrid,
  type Scenario,
  type SourceName,
  smallGrid,
  type Truth,
  UNRELATED,
} from '#core/inject/index.ts';
import { ablate } from './ablation.ts';
import { type Artefact, findArtefacts } from './artefacts.ts';
import { type Bar, bars } from './bars.ts';
import { guess, RIVALS } from './beside.ts';
import { type Claimed, claimsOf } from './claim.ts';
import { type Delay, measureDelays } from './delay.ts';
import { type HourScore, scoreHours } from './hours.ts';
import { matched } from './indicators.ts';
import { type Joining, scoreJoining } from './joining.ts';
import { type Score, score } from './score.ts';
import { type BySource, compareSources } from './sources.ts';
import { DAY, liveThrough, type Work, type World } from './world.ts';

/** Weir, or something simpler that is measured beside it. */
export interface Contender {
  readonly claimed: readonly Claimed[];
  readonly score: Score;
  readonly hours: HourScore;
}

/** All that is measured of one scenario. */
export interface Benched
  extends Pick<World, 'scenario' | 'flows' | 'seconds' | 'costs' | 'failures'> {
  readonly truth: readonly Truth[];
  /** Hosts times days that were looked at. */
  readonly entityDays: number;
  readonly ours: Contender;
  readonly rivals: readonly Contender[];
  readonly joining: Joining;
  /** Contacts that indicators matched. */
  readonly contacts: ReadonlySet<Truth>;
  readonly bars: readonly Bar[];
  readonly delays: readonly Delay[];
  readonly artefacts: readonly Artefact[];
  readonly ablation: readonly Score[];
}

/** How much is to happen. */
export interface Plan {
  readonly seed: string;
  readonly hosts: number;
  readonly days: number;
  /** Two shapes of each attack instead of all. */
  readonly isSmall: boolean;
}

const START = Date.UTC(2026, 1, 2);
const SMALL = 2;

const plan = ({ seed, hosts, days, isSmall }: Plan): Scenario => ({
  seed,
  hosts,
  days,
  start: START,
  attacks: [...CAMPAIGNS, ...UNRELATED, ...(isSmall ? smallGrid(SMALL) : fullGrid())],
});

/** Hides attacks, looks for them, and measures what was found in every way there is. */
export const bench = (of: Plan, work: Work): Promise<Benched> =>
  liveThrough(plan(of), 'vnet', work, (world) => examine(world, work));

/** Hides attacks in the same days as each source would log them, and measures what was found. */
export const benchSources = (
  of: Plan,
  sources: readonly SourceName[],
  work: Work,
): Promise<readonly BySource[]> => compareSources(plan(of), sources, work);

async function examine(world: World, { signal, tell }: Work): Promise<Benched> {
  const { scenario, injected, alerts, rounds, query, end } = world;
  const { truth } = injected;
  const from = end - Math.max(1, rounds.length) * DAY;
  const entityDays = scenario.hosts * Math.max(1, rounds.length);
  const contender = (name: string, claimed: readonly Claimed[]): Contender => ({
    claimed,
    score: score(name, claimed, truth, entityDays),
    hours: scoreHours(claimed, injected, from / 1000, end / 1000),
  });
  const ours = contender('Weir', claimsOf(alerts));
  const rivals: Contender[] = [];
  for (const rival of RIVALS) {
    const claimed: Claimed[] = [];
    for (const { at } of rounds) claimed.push(...(await rival.claim(query, at - DAY, at)));
    rivals.push(contender(rival.name, claimed));
  }
  const names = injected.estate.hosts.map((h) => h.ip);
  rivals.push(
    contender('guessing at the same rate', guess(names, ours.score.alerts, { from, to: end })),
  );
  tell('times to detect are measured');
  const delays = await measureDelays(world, ours.score.found, signal);
  tell('parts are left out in turn');
  const joining = scoreJoining(world, truth);
  const contacts = matched(world.findings, truth);
  const { flows, seconds, costs, failures } = world;
  return {
    scenario,
    flows,
    seconds,
    costs,
    failures,
    truth,
    entityDays,
    ours,
    rivals,
    joining,
    contacts,
    bars: bars({ ours: ours.score, contacts, joining, truth }),
    delays,
    artefacts: findArtefacts(injected),
    ablation: await ablate(world, entityDays),
  };
}
