import type { AlertTold } from '#core/contract/index.ts';

/** An alert of tests, at so many minutes: one who does something to others. */
export function alertOf(minute: number, by: string, ...to: string[]): AlertTold {
  const at = new Date(minute * 60_000).toISOString();
  const entity = (address: string, role: 'actor' | 'target') =>
    ({ type: 'IP', identifiers: { Address: address }, role }) as const;
  return {
    id: `${minute}`,
    version: 1,
    title: `${by} → ${to.join()}`,
    finder: { kind: 'detector', id: 'd', name: 'd', version: '1', family: 'd' },
    severity: 'high',
    weight: 1,
    confidence: 1,
    state: 'open',
    verdict: null,
    first: at,
    last: at,
    raisedAt: at,
    reasons: [],
    decisions: [],
    tactics: [],
    techniques: [],
    entities: [entity(by, 'actor'), ...to.map((a) => entity(a, 'target'))],
    features: {},
    evidence: [],
    nextSteps: [],
    falsePositives: [],
    customDetails: {},
    findings: 1,
    incident: 1,
    scopes: [],
  };
}
