import type { Micros } from '#core/base/index.ts';
import { type Finder, type Finding, ipEntity } from '../index.ts';

/** 2026-03-04T00:00:00Z, µs. */
export const DAY: Micros = Date.UTC(2026, 2, 4) * 1000;
export const HOUR: Micros = 3_600_000_000;

type Sketch = Partial<Omit<Finding, 'finder' | 'entities'>> & {
  readonly by?: string;
  readonly to?: string;
  readonly finder?: Partial<Finder>;
};

/** Addresses of 10/8 are inside. */
const isInside = (address: string) => address.startsWith('10.');

/** A finding of tests: who did what to whom, and whatever else matters. */
export function findingOf({ by, to, finder, ...more }: Sketch = {}): Finding {
  const id = finder?.id ?? finder?.family ?? 'scan';
  return {
    key: `${id} ${by ?? ''} ${to ?? ''}`,
    finder: { kind: 'detector', id, name: id, version: '1', family: id, ...finder },
    title: `${id} by ${by ?? 'nobody'} of ${to ?? 'nothing'}`,
    reasons: ['It tried 900 ports.'],
    first: DAY + HOUR,
    last: DAY + 2 * HOUR,
    severity: 'medium',
    score: 0.9,
    confidence: 0.9,
    tactics: ['Discovery'],
    techniques: ['T1046'],
    features: { ports: 900 },
    evidence: [{ kql: 'Flows | take 10', rows: 10 }],
    nextSteps: ['See whether it is a scanner of yours'],
    falsePositives: ['Vulnerability scanners'],
    customDetails: {},
    magnitude: 10,
    ...more,
    entities: [
      ...(by ? [ipEntity(by, 'actor', isInside(by))] : []),
      ...(to ? [ipEntity(to, 'target', isInside(to))] : []),
    ],
  };
}

/** A step of an intrusion: a finding of a detector of its own, for one tactic. */
export const stepOf = (
  id: string,
  tactic: string,
  who: { readonly by?: string; readonly to?: string },
  more: Sketch = {},
): Finding => findingOf({ ...who, tactics: [tactic], finder: { id }, ...more });
