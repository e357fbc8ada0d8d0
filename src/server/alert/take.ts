import {
  ADD_UP_WINDOW,
  ALONE,
  type Alert,
  type Asset,
  type Assets,
  absorb,
  addUp,
  DAILY_CAP,
  type Finding,
  followUp,
  hasGrown,
  NOTICE_CAP,
  pairOf,
  QUIET_GAP,
  raiseAlert,
  raiseTogether,
  severityRank,
  subjectOf,
  type Weighed,
  weigh,
} from '#core/alert/index.ts';
import { MICROS_PER_DAY, type Micros } from '#core/base/index.ts';
import type { Database } from '#server/store/index.ts';
import type { AlertStore, Known } from './alert-store.ts';
import type { Grouper } from './grouping.ts';
import type { Journal } from './journal.ts';
import type { Suppressions } from './suppressions.ts';

export interface TakeDeps {
  readonly state: Database;
  readonly alerts: AlertStore;
  readonly suppressions: Suppressions;
  readonly grouper: Grouper;
  readonly journal: Journal;
  readonly assets: Assets;
  readonly newId: () => string;
  readonly clock: () => Micros;
}

/** What became of findings, counted. */
export interface Taken {
  /** New alerts. */
  raised: number;
  /** Alerts that people were told of again. */
  toldAgain: number;
  /** Added to an alert without a word. */
  counted: number;
  /** Taken before, with nothing new in it. */
  known: number;
  suppressed: number;
  /** Too weak to be told alone; kept in case that others follow. */
  kept: number;
}

export const noneTaken = (): Taken => ({
  raised: 0,
  toldAgain: 0,
  counted: 0,
  known: 0,
  suppressed: 0,
  kept: 0,
});

/** Takes one finding. To be called in a transaction, with `grouper.settle` at its end. */
export type TakeOne = (finding: Finding) => keyof Taken;

export function createTaker(deps: TakeDeps): TakeOne {
  const { alerts, suppressions, grouper, journal, assets, newId, clock } = deps;

  /** The asset that matters most among those who act or are acted upon. */
  function assetOf({ entities }: Finding): Asset | undefined {
    return entities
      .filter((e) => e.role !== 'related')
      .flatMap((e) => assets.find(e) ?? [])
      .toSorted((a, b) => Number(b.isCritical) - Number(a.isCritical) || b.weight - a.weight)[0];
  }

  /** Saved before it is placed, so that it counts among those that touch its entities. */
  function place(alert: Alert): Alert {
    alerts.save(alert);
    return grouper.place(alert);
  }

  function raise(alert: Alert): Alert {
    const placed = place(alert);
    journal.tellAlert(placed, 'raised', clock());
    return placed;
  }

  function update(alert: Alert, finding: Finding, weighed: Weighed): keyof Taken {
    const { alert: next, change } = followUp(alert, finding, weighed, clock());
    if (!change) {
      alerts.save(next);
      return 'counted';
    }
    const placed = place(next);
    journal.tellAlert(placed, change, clock());
    if (placed.incident !== undefined) grouper.refresh(placed.incident, 'grown');
    return 'toldAgain';
  }

  /** A claim whose alert is closed: told anew when it is more than what was judged. */
  function reasonToReopen(alert: Alert, finding: Finding, weighed: Weighed): string | undefined {
    if (severityRank(weighed.severity) > severityRank(alert.severity))
      return `An alert of the same was closed as ${alert.verdict ?? 'Undetermined'} at ${alert.severity}; it is ${weighed.severity} now.`;
    if (hasGrown(finding.magnitude, alert.magnitude))
      return `An alert of the same was closed as ${alert.verdict ?? 'Undetermined'}; ten times as much is seen now.`;
    const wasWrong = alert.verdict === 'BenignPositive' || alert.verdict === 'FalsePositive';
    if (!wasWrong && finding.first - alert.last >= QUIET_GAP)
      return `An alert of the same was closed as ${alert.verdict ?? 'Undetermined'}; it came back after a day of quiet.`;
    return undefined;
  }

  function raiseOrAbsorb(finding: Finding, weighed: Weighed): [keyof Taken, string] {
    const now = clock();
    const recent = alerts.raisedSince(finding.finder.id, subjectOf(finding), now - MICROS_PER_DAY);
    const newest = recent.find((a) => a.state === 'open');
    const isFree = finding.finder.kind === 'rule' || finding.finder.kind === 'canary';
    if (!isFree && newest && recent.length >= DAILY_CAP) {
      alerts.save(absorb(newest, finding));
      return ['counted', newest.id];
    }
    return ['raised', raise(raiseAlert(finding, weighed, { id: newId(), now })).id];
  }

  /** Good to know and no more: told where single alerts are, a few a day, so that it hides nothing. */
  function notice(finding: Finding, weighed: Weighed): [keyof Taken, string] {
    const notices = alerts.noticesSince(finding.finder.id, clock() - MICROS_PER_DAY);
    const newest = notices.find((a) => a.state === 'open');
    if (!newest || notices.length < NOTICE_CAP) return raiseOrAbsorb(finding, weighed);
    alerts.save(absorb(newest, finding));
    return ['counted', newest.id];
  }

  /** A weak sign: kept, and told with the others about the same entity once they are enough. */
  function keepOrAddUp(finding: Finding, weighed: Weighed): [keyof Taken, string | null] {
    const subject = subjectOf(finding);
    if (severityRank(weighed.severity) === 0 || subject === '') return ['kept', null];
    const others = alerts
      .untold(subject, finding.last - ADD_UP_WINDOW)
      .filter((k) => k.key !== finding.key && k.body !== '');
    const sum = addUp([...others, { family: finding.finder.family, weight: weighed.weight }]);
    if (!sum.isEnough) return ['kept', null];
    const now = clock();
    const findings = [
      { weight: weighed.weight, finding },
      ...others.map((k) => ({ weight: k.weight, finding: JSON.parse(k.body) as Finding })),
    ].toSorted((a, b) => b.weight - a.weight);
    const all = findings.map((f) => f.finding);
    const alert = raise(raiseTogether(subject, all, sum, { id: newId(), now }));
    for (const other of others) alerts.attach(other.key, alert.id);
    return ['raised', alert.id];
  }

  function takeNew(finding: Finding, weighed: Weighed): [keyof Taken, string | null] {
    const { kind } = finding.finder;
    // What only became informational here, because it is still being learned, stays untold.
    if (kind === 'detector' && finding.severity === 'informational' && weighed.weight >= ALONE)
      return notice(finding, weighed);
    const isTold =
      kind === 'rule' ||
      kind === 'canary' ||
      (weighed.weight >= ALONE && severityRank(weighed.severity) > 0);
    return isTold ? raiseOrAbsorb(finding, weighed) : keepOrAddUp(finding, weighed);
  }

  function decide(
    finding: Finding,
    known: Known | undefined,
    weighed: Weighed,
  ): [keyof Taken, string | null] {
    const alert = known?.alert ? alerts.alert(known.alert) : undefined;
    if (!alert) return takeNew(finding, weighed);
    // A part of a sum, or past the cap: its alert stands for others too.
    if (alert.key !== finding.key) return ['counted', alert.id];
    if (alert.state === 'open') return [update(alert, finding, weighed), alert.id];
    const why = reasonToReopen(alert, finding, weighed);
    if (why === undefined) {
      alerts.save({
        ...alert,
        findings: alert.findings + 1,
        last: Math.max(alert.last, finding.last),
      });
      return ['counted', alert.id];
    }
    const decisions = [why, ...weighed.decisions];
    const next = raise(
      raiseAlert(finding, { ...weighed, decisions }, { id: newId(), now: clock() }),
    );
    return ['raised', next.id];
  }

  return (finding) => {
    const known = alerts.finding(finding.key);
    if (known && finding.last <= known.last && finding.magnitude <= known.magnitude) return 'known';
    const at = clock();
    const suppression = suppressions.covering(finding, at);
    if (suppression !== undefined) {
      suppressions.hit(suppression, finding.finder.id, at);
      alerts.keepFinding(finding, { weight: 0, alert: known?.alert ?? null, suppression, at });
      return 'suppressed';
    }
    const verdicts = alerts.verdictsOn(finding.finder.id, pairOf(finding));
    const weighed = weigh(finding, { asset: assetOf(finding), verdicts });
    const [what, alert] = decide(finding, known, weighed);
    alerts.keepFinding(finding, { weight: weighed.weight, alert, suppression: null, at });
    return what;
  };
}
