import { expect, test } from 'vitest';
import type { AlertTold } from '#core/contract/index.ts';
import { layOut } from './graph-layout.ts';

function alertOf(minute: number, by: string, ...to: string[]): AlertTold {
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

const columns = (alerts: readonly AlertTold[]) =>
  layOut([...alerts])
    .nodes.map((n) => `${n.text}@${n.column},${n.row}`)
    .sort();

test('a chain runs from left to right, whatever the order of its alerts', () => {
  const chain = [alertOf(3, 'c', 'd'), alertOf(1, 'a', 'b'), alertOf(2, 'b', 'c', 'e')];
  expect(columns(chain)).toEqual(['a@0,0', 'b@1,0', 'c@2,0', 'd@3,0', 'e@2,1']);
  expect(layOut(chain)).toMatchObject({ columns: 4, rows: 2, left: 0 });
});

test('a circle ends, and every node has a place of its own', () => {
  const graph = layOut([alertOf(1, 'a', 'b'), alertOf(2, 'b', 'c'), alertOf(3, 'c', 'a')]);
  const places = graph.nodes.map((n) => `${n.column} ${n.row}`);
  expect(new Set(places).size).toBe(3);
});

test('alerts between the same two are one line; too many nodes are counted', () => {
  const scan = alertOf(1, 'a', ...Array.from({ length: 40 }, (_, i) => `t${i}`));
  expect(layOut([scan])).toMatchObject({ left: 17, rows: 23 });
  expect(layOut([alertOf(1, 'a', 'b'), alertOf(2, 'a', 'b')]).edges).toMatchObject([
    { titles: ['a → b', 'a → b'] },
  ]);
  expect(layOut([])).toEqual({ nodes: [], edges: [], columns: 0, rows: 0, left: 0 });
});
