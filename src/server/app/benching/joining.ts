import type { Alert, Incident } from '#core/alert/index.ts';
import type { Truth } from '#core/inject/index.ts';
import { about, claimOfAlert, type Tellable } from './claim.ts';

/** How well alerts were put to incidents. */
export interface Joining {
  readonly incidents: number;
  /** Alerts in incidents, and those of them that are of their incident's own story: the one most of its alerts are of. */
  readonly alerts: number;
  readonly own: number;
  /** Incidents with alerts of more than one story, each as how many alerts of which. */
  readonly mixed: readonly string[];
  /** Incidents with none of any. */
  readonly stray: number;
  /** Incidents that each story is in, of those that are in one. */
  readonly perStory: ReadonlyMap<string, number>;
}

export const precisionOf = ({ alerts, own }: Joining): number => (alerts === 0 ? 1 : own / alerts);

/** Of what was told, what joining is measured by. */
interface Joined {
  readonly alerts: readonly (Tellable & Pick<Alert, 'id' | 'families' | 'weight'>)[];
  readonly incidents: readonly Pick<Incident, 'alerts'>[];
}

/** `truth` says what belongs together; an alert that is about several stories is of whichever its incident is about. */
export function scoreJoining({ alerts, incidents }: Joined, truth: readonly Truth[]): Joining {
  const stories = new Map(
    alerts.map((alert) => [
      alert.id,
      new Set(about(claimOfAlert(alert), truth).map((t) => t.story)),
    ]),
  );
  const perStory = new Map<string, number>();
  const mixed: string[] = [];
  let [all, own, stray] = [0, 0, 0];
  for (const incident of incidents) {
    const of = incident.alerts.map((id) => stories.get(id) ?? new Set<string>());
    const votes = new Map<string, number>();
    for (const told of of) for (const story of told) votes.set(story, (votes.get(story) ?? 0) + 1);
    const [best] = [...votes].toSorted(([, a], [, b]) => b - a);
    all += of.length;
    if (!best) {
      stray++;
      continue;
    }
    const [story, its] = best;
    own += its;
    if (of.some((told) => told.size > 0 && !told.has(story)))
      mixed.push([...votes].map(([name, alerts]) => `${name} (${alerts})`).join(', '));
    for (const found of new Set(of.map((told) => (told.has(story) ? story : [...told][0]))))
      if (found !== undefined) perStory.set(found, (perStory.get(found) ?? 0) + 1);
  }
  return { incidents: incidents.length, alerts: all, own, mixed, stray, perStory };
}
