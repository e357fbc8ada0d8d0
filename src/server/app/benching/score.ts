import { type Finding, severityRank } from '#core/alert/index.ts';
import type { Truth } from '#core/inject/index.ts';

/** Families of findings that say what an attack was. */
const SAYS: Readonly<Record<string, readonly string[]>> = {
  beacon: ['beacon'],
  'port-scan': ['scan'],
  'host-scan': ['scan'],
  'password-guessing': ['brute-force'],
  'password-spraying': ['brute-force', 'lateral'],
  flood: ['flood'],
  exposure: ['exposure'],
  movement: ['lateral'],
  exfiltration: ['exfiltration'],
};

/** Such evidence of detection, from a detector of ours or from what is measured beside it. */
export interface Claimed {
  readonly family: string;
  readonly names: readonly string[];
  readonly text: string;
}

/** Findings that a person would see at once. */
export const alarms = (findings: readonly Finding[]): Claimed[] =>
  findings
    .filter((f) => severityRank(f.severity) >= severityRank('medium'))
    .map((f) => ({
      family: f.finder.family,
      names: f.entities
        .filter((e) => e.role !== 'related')
        .flatMap(({ identifiers }) => identifiers['Address'] ?? []),
      text: `${f.severity} ${f.finder.id}: ${f.title}`,
    }));

export interface Score {
  readonly name: string;
  /** By attack: how often it happened, how often an alarm of its kind named it. */
  readonly attacks: ReadonlyMap<string, { readonly happened: number; readonly found: number }>;
  readonly missed: readonly Truth[];
  readonly alarms: number;
  /** Alarms that name an attack's addresses and say what it was, that name them and say something else, and the others. */
  readonly right: number;
  readonly related: number;
  readonly wrong: readonly string[];
  /** Wrong alarms for 1,000 hosts and a day. */
  readonly wrongPerThousand: number;
}

/** An attack is found when an alarm of its kind names its actor, and its target where it has one. */
export function score(
  name: string,
  claimed: readonly Claimed[],
  truth: readonly Truth[],
  hostDays: number,
): Score {
  const namesOf = (t: Truth) => t.names ?? [t.actor, ...t.targets];
  const tells = (c: Claimed, t: Truth) =>
    (c.family === '*' || (SAYS[t.attack] ?? []).includes(c.family)) && c.names.includes(t.actor);
  const found = new Set(truth.filter((t) => claimed.some((c) => tells(c, t))));
  const attacks = new Map<string, { happened: number; found: number }>();
  for (const t of truth) {
    const counts = attacks.get(t.attack) ?? { happened: 0, found: 0 };
    counts.happened++;
    if (found.has(t)) counts.found++;
    attacks.set(t.attack, counts);
  }
  const right = claimed.filter((c) => truth.some((t) => tells(c, t)));
  const others = claimed.filter((c) => !right.includes(c));
  const related = others.filter((c) =>
    truth.some((t) => namesOf(t).some((n) => c.names.includes(n))),
  );
  const wrong = others.filter((c) => !related.includes(c)).map((c) => c.text);
  return {
    name,
    attacks,
    missed: truth.filter((t) => !found.has(t)),
    alarms: claimed.length,
    right: right.length,
    related: related.length,
    wrong,
    wrongPerThousand: (1000 * wrong.length) / hostDays,
  };
}
