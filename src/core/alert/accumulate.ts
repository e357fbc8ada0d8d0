import { MICROS_PER_DAY, type Micros } from '#core/base/index.ts';
import type { Alert, AlertChange } from './alert.ts';
import { type Entity, entityKey } from './entity.ts';
import type { Evidence, Finding } from './finding.ts';
import { severityRank, worse } from './severity.ts';
import { hasGrown, type Weighed } from './weigh.ts';

/** An alert is raised again when its claim comes back after so long. */
export const QUIET_GAP: Micros = MICROS_PER_DAY;
/** New alerts of one finder about one entity a day; further findings are added to the newest. */
export const DAILY_CAP = 5;
/** New informational alerts of one finder a day, whatever they are about; further findings are added to the newest. */
export const NOTICE_CAP = 10;
/** Signs about one entity add up while they are no further apart. */
export const ADD_UP_WINDOW: Micros = MICROS_PER_DAY;

const MOST_ENTITIES = 50;
const MOST_EVIDENCE = 20;
const MOST_TEXTS = 30;

/** Whom a finding is about: the first actor of one's own, else the first target of one's own, else the first of all. */
export function subjectOf({ entities }: Pick<Finding, 'entities'>): string {
  const acting = entities.filter((e) => e.role !== 'related');
  const own = (role: Entity['role']) => acting.find((e) => e.role === role && e.isInside === true);
  const subject = own('actor') ?? own('target') ?? acting[0] ?? entities[0];
  return subject ? entityKey(subject) : '';
}

export interface Raising {
  readonly id: string;
  readonly now: Micros;
}

/** The alert of one finding. */
export function raiseAlert(finding: Finding, weighed: Weighed, { id, now }: Raising): Alert {
  const { score: _score, isLearning: _isLearning, ...claim } = finding;
  return {
    ...claim,
    ...weighed,
    id,
    version: 1,
    reasons: claim.reasons.slice(0, MOST_TEXTS),
    entities: claim.entities.slice(0, MOST_ENTITIES),
    evidence: claim.evidence.slice(0, MOST_EVIDENCE),
    state: 'open',
    verdict: undefined,
    raisedAt: now,
    changedAt: now,
    toldMagnitude: claim.magnitude,
    findings: 1,
    families: [claim.finder.family],
    incident: undefined,
  };
}

/** The finder of alerts that several weak signs add up to. */
export const SUM_FINDER = {
  kind: 'detector',
  id: 'several-signs',
  name: 'Several weak signs about one entity',
  version: '1',
  family: 'sum',
} as const;

/** The alert of several weak findings about one entity, the heaviest first; at least one. */
export function raiseTogether(
  subject: string,
  findings: readonly Finding[],
  { weight, families }: { readonly weight: number; readonly families: readonly string[] },
  { id, now }: Raising,
): Alert {
  const [head, ...rest] = findings;
  if (!head) throw new Error('an alert needs at least one finding');
  const base = raiseAlert(head, { weight, severity: head.severity, decisions: [] }, { id, now });
  return rest.reduce(addFinding, {
    ...base,
    key: `sum ${subject}`,
    finder: SUM_FINDER,
    title: `${families.length} weak signs about ${subject}: ${families.join(', ')}`,
    reasons: [`${head.title}.`, ...head.reasons].slice(0, MOST_TEXTS),
    decisions: [
      `Told because signs of ${families.length} kinds within a day add up to ${weight.toFixed(2)}; none would have been told alone.`,
    ],
    families,
  });
}

/** An alert with what one more finding of another key says. */
function addFinding(alert: Alert, finding: Finding): Alert {
  return {
    ...alert,
    severity: worse(alert.severity, finding.severity),
    reasons: [...alert.reasons, `${finding.title}.`, ...finding.reasons].slice(0, MOST_TEXTS),
    first: Math.min(alert.first, finding.first),
    last: Math.max(alert.last, finding.last),
    tactics: union(alert.tactics, finding.tactics),
    techniques: union(alert.techniques, finding.techniques),
    entities: unionEntities(alert.entities, finding.entities),
    evidence: unionEvidence(alert.evidence, finding.evidence),
    nextSteps: union(alert.nextSteps, finding.nextSteps),
    falsePositives: union(alert.falsePositives, finding.falsePositives),
    findings: alert.findings + 1,
    families: union(alert.families, [finding.finder.family]),
  };
}

/** A further finding past the daily cap: counted, its entities and proof kept, told once. */
export function absorb(alert: Alert, finding: Finding): Alert {
  const { reasons, ...added } = addFinding(alert, finding);
  const more = /^\d+ more of the same kind/;
  const others = added.findings - 1;
  return {
    ...added,
    reasons: [
      ...alert.reasons.filter((r) => !more.test(r)),
      `${others} more of the same kind about the same entity the same day, the last: ${finding.title}.`,
    ].slice(-MOST_TEXTS),
  };
}

/**
 * An open alert after its claim was found again. People are told anew (`change` is set, and the version grows) when ten
 * times as much was seen, when it is graver, or when it comes back after a day; otherwise the numbers move quietly.
 */
export function followUp(
  alert: Alert,
  finding: Finding,
  weighed: Weighed,
  now: Micros,
): { readonly alert: Alert; readonly change: AlertChange | undefined } {
  const change = changeOf(alert, finding, weighed);
  const says = change && tellChange(change, alert, finding, weighed);
  return {
    change,
    alert: {
      ...alert,
      version: alert.version + (change ? 1 : 0),
      title: finding.title,
      reasons: finding.reasons.slice(0, MOST_TEXTS),
      decisions: [...weighed.decisions, ...carried(alert, weighed), ...(says ? [says] : [])].slice(
        -MOST_TEXTS,
      ),
      severity: worse(alert.severity, weighed.severity),
      weight: Math.max(alert.weight, weighed.weight),
      confidence: finding.confidence,
      first: Math.min(alert.first, finding.first),
      last: Math.max(alert.last, finding.last),
      changedAt: change ? now : alert.changedAt,
      tactics: union(alert.tactics, finding.tactics),
      techniques: union(alert.techniques, finding.techniques),
      entities: unionEntities(finding.entities, alert.entities),
      features: finding.features,
      evidence: unionEvidence(finding.evidence, alert.evidence),
      customDetails: finding.customDetails,
      magnitude: Math.max(alert.magnitude, finding.magnitude),
      toldMagnitude: change ? finding.magnitude : alert.toldMagnitude,
    },
  };
}

/** Decisions of earlier that are not said anew. */
const carried = (alert: Alert, weighed: Weighed): readonly string[] =>
  alert.decisions.filter((d) => !weighed.decisions.includes(d) && d.startsWith('Told again'));

function changeOf(alert: Alert, finding: Finding, weighed: Weighed): AlertChange | undefined {
  if (severityRank(weighed.severity) > severityRank(alert.severity)) return 'graver';
  if (hasGrown(finding.magnitude, alert.toldMagnitude)) return 'grown';
  if (finding.first - alert.last >= QUIET_GAP) return 'again';
  return undefined;
}

function tellChange(change: AlertChange, alert: Alert, finding: Finding, weighed: Weighed): string {
  switch (change) {
    case 'graver':
      return `Told again: ${alert.severity} became ${weighed.severity}.`;
    case 'grown':
      return `Told again: it grew from ${round(alert.toldMagnitude)} to ${round(finding.magnitude)}.`;
    default:
      return 'Told again: it came back after a day of quiet.';
  }
}

const round = (value: number): string => String(Number(value.toPrecision(3)));

const union = (a: readonly string[], b: readonly string[]): readonly string[] =>
  [...new Set([...a, ...b])].slice(0, MOST_TEXTS);

/** Each entity once in each role, those of `a` first; as many as an alert has. */
/**
 * The same claim of two looks, `now` the later: what the graver of them says (by severity, then by score; the later of
 * equals), over both their times, with whom both name and the greater magnitude.
 */
export function mergeFindings(before: Finding, now: Finding): Finding {
  const graver = severityRank(before.severity) - severityRank(now.severity);
  const isGraver = graver > 0 || (graver === 0 && before.score > now.score);
  const [said, other] = isGraver ? [before, now] : [now, before];
  return {
    ...said,
    first: Math.min(before.first, now.first),
    last: Math.max(before.last, now.last),
    entities: unionEntities(said.entities, other.entities),
    magnitude: Math.max(before.magnitude, now.magnitude),
  };
}

function unionEntities(a: readonly Entity[], b: readonly Entity[]): readonly Entity[] {
  const found = new Map<string, Entity>();
  for (const entity of [...a, ...b]) {
    const key = `${entity.role} ${entityKey(entity)}`;
    if (!found.has(key)) found.set(key, entity);
  }
  return [...found.values()].slice(0, MOST_ENTITIES);
}

function unionEvidence(a: readonly Evidence[], b: readonly Evidence[]): readonly Evidence[] {
  const found = new Map<string, Evidence>();
  for (const proof of [...a, ...b]) if (!found.has(proof.kql)) found.set(proof.kql, proof);
  return [...found.values()].slice(0, MOST_EVIDENCE);
}
