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

/** `80 %`, and where it lies with 95 %; or why nothing can be said. */
export function printPrecision(found: FinderStatistics | undefined): {
  readonly text: string;
  readonly title: string;
  readonly isNumber: boolean;
} {
  if (!found || found.alerts === 0)
    return {
      text: 'no alerts',
      title: 'It raised no alert in 30 days: there is nothing to be right about.',
      isNumber: false,
    };
  if (found.precision === null)
    return {
      text: 'not judged',
      title: `None of its ${found.alerts} alerts of 30 days has a verdict. Close their incidents with one.`,
      isNumber: false,
    };
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  const verdicts = found.truePositives + found.falsePositives + found.benignPositives;
  const [low, high] = found.interval ?? [0, 1];
  return {
    text: percent(found.precision),
    title: `${verdicts} verdicts; between ${percent(low)} and ${percent(high)} with 95 % confidence`,
    isNumber: true,
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

/** A query to make a rule of, as another page hands it over in the address. */
export interface Handed {
  readonly name: string;
  readonly query: string;
  /** How often, and over what; a quarter of an hour and an hour when absent. */
  readonly each?: string;
  readonly over?: string;
  /** Columns that hold addresses: an alert for each row then. */
  readonly addresses?: readonly string[];
}

const LENGTH = /^\d{1,3}[mhd]$/;

/** What is handed over; undefined when nothing is. What does not look like it is left out. */
export function readHanded(search: URLSearchParams): Handed | undefined {
  const query = search.get('query');
  if (query === null) return undefined;
  const length = (name: string) => {
    const text = search.get(name) ?? '';
    return LENGTH.test(text) ? text : undefined;
  };
  const each = length('each');
  const over = length('over');
  return {
    name: search.get('name') ?? 'Hunt',
    query,
    ...(each ? { each } : {}),
    ...(over ? { over } : {}),
    addresses: search.getAll('address').filter((name) => /^\w{1,60}$/.test(name)),
  };
}

/** A query as a rule to begin with. */
export function ruleOf({ name, query, each = '15m', over = '1h', addresses = [] }: Handed): {
  readonly file: string;
  readonly text: string;
} {
  const id = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 60)
    .replace(/^-+|-+$/g, '');
  const block = query
    .split('\n')
    .map((line) => `  ${line.trimEnd()}`)
    .join('\n');
  const entities = addresses.map(
    (column) =>
      `  - { entityType: IP, fieldMappings: [{ identifier: Address, columnName: ${column} }] }\n`,
  );
  const text = `id: ${id || 'hunt'}
name: ${JSON.stringify(name)}
description: |
  Found by hand first.
severity: Medium
kind: Scheduled
queryFrequency: ${each}
queryPeriod: ${over}
triggerOperator: gt
triggerThreshold: 0
query: |
${block}
${entities.length > 0 ? `eventGroupingSettings: { aggregationKind: AlertPerResult }\nentityMappings:\n${entities.join('')}` : ''}`;
  return { file: `${id || 'hunt'}.yaml`, text };
}
