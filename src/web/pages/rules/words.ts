import type { FinderStatistics, RuleTold } from '#core/contract/index.ts';
import type { Tone } from '#web/widgets/index.ts';

export const STATES: Readonly<
  Record<RuleTold['state'], { readonly tone: Tone; readonly says: string }>
> = {
  on: { tone: 'ok', says: 'It runs on its schedule.' },
  resting: { tone: 'plain', says: 'None of the tables that it reads has rows.' },
  failing: { tone: 'bad', says: 'Its last run failed.' },
  off: { tone: 'plain', says: 'It does not run.' },
};

const TONES: Readonly<Record<string, Tone>> = { critical: 'bad', high: 'bad', medium: 'deny' };
export const severityTone = (severity: string): Tone => TONES[severity] ?? 'plain';

/** Statistics by rule or detector; nothing for those that never raised an alert. */
export function byFinder(
  finders: readonly FinderStatistics[] | undefined,
): ReadonlyMap<string, FinderStatistics> {
  return new Map((finders ?? []).map((f) => [`${f.kind} ${f.id}`, f]));
}

/** `80 %`, and where it lies with 95 %; empty before anybody judged. */
export function printPrecision(found: FinderStatistics | undefined): {
  readonly text: string;
  readonly title: string;
} {
  if (!found || found.precision === null)
    return { text: '', title: 'No alert of it has been judged yet.' };
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  const verdicts = found.truePositives + found.falsePositives + found.benignPositives;
  const [low, high] = found.interval ?? [0, 1];
  return {
    text: percent(found.precision),
    title: `${verdicts} verdicts; between ${percent(low)} and ${percent(high)} with 95 % confidence`,
  };
}

/** Milliseconds a run takes on average. */
export const costOf = (rule: Pick<RuleTold, 'runs' | 'costMs'>): number | undefined =>
  rule.runs === 0 ? undefined : rule.costMs / rule.runs;

/** A rule to begin with. */
export const BLANK = `id: my-first-rule
name: SSH from the internet is answered
description: |
  An inside host answered SSH from an address outside.
severity: Medium
kind: Scheduled
queryFrequency: 15m
queryPeriod: 1h
triggerOperator: gt
triggerThreshold: 0
tactics: [InitialAccess]
relevantTechniques: [T1133]
query: |
  PairHours
  | where not(SrcIsInside) and DestIsInside and DestPort == 22
  | where AllowedFlows > 0 and BytesDestToSrc > 0
  | summarize Flows = sum(AllowedFlows) by SrcIp, DestIp
entityMappings:
  - { entityType: IP, role: actor, fieldMappings: [{ identifier: Address, columnName: SrcIp }] }
  - { entityType: IP, role: target, fieldMappings: [{ identifier: Address, columnName: DestIp }] }
tests:
  - name: answered
    fires: true
    tables:
      PairHours:
        - { TimeGenerated: -30m, SrcIp: 198.51.100.7, DestIp: 10.0.0.4, DestPort: 22, SrcIsInside: false, DestIsInside: true, AllowedFlows: 1, BytesDestToSrc: 900 }
  - name: from inside
    fires: false
    tables:
      PairHours:
        - { TimeGenerated: -30m, SrcIp: 10.0.0.7, DestIp: 10.0.0.4, DestPort: 22, SrcIsInside: true, DestIsInside: true, AllowedFlows: 1, BytesDestToSrc: 900 }
version: 1.0.0
`;

/** A query that people saved, as a rule to begin with: what looks for it once a quarter of an hour. */
export function ruleOf(
  name: string,
  query: string,
): { readonly file: string; readonly text: string } {
  const id = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);
  const block = query
    .split('\n')
    .map((line) => `  ${line.trimEnd()}`)
    .join('\n');
  const text = `id: ${id || 'hunt'}
name: ${JSON.stringify(name)}
description: |
  Found by hand first.
severity: Medium
kind: Scheduled
queryFrequency: 15m
queryPeriod: 1h
triggerOperator: gt
triggerThreshold: 0
query: |
${block}
`;
  return { file: `${id || 'hunt'}.yaml`, text };
}
