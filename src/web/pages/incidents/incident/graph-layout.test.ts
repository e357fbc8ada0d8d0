import { expect, test } from 'vitest';
import type { AlertTold } from '#core/contract/index.ts';
import { alertOf } from './alert.fixture.ts';
import { layOut } from './graph-layout.ts';

const columns = (alerts: readonly AlertTold[]) =>
  layOut([...alerts])
    .nodes.map((n) => `${n.members.join()}@${n.column},${n.row}`)
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

test('alerts between the same two are one line', () => {
  expect(layOut([alertOf(1, 'a', 'b'), alertOf(2, 'a', 'b')]).edges).toMatchObject([
    { from: 'IP a', to: 'IP b', titles: ['a → b'] },
  ]);
  expect(layOut([])).toEqual({ nodes: [], edges: [], columns: 0, rows: 0, left: 0 });
});

test('those to whom the same is done are one node, which opens', () => {
  const targets = Array.from({ length: 40 }, (_, i) => `t${i}`);
  const scan = [alertOf(1, 'a', ...targets), alertOf(2, 't7', 'z')];
  const folded = layOut(scan);
  // t7 goes on to do something itself: it is a node of its own.
  expect(folded.nodes.map((n) => n.members.length)).toEqual([1, 39, 1, 1]);
  expect(folded.edges.map((e) => e.to)).toEqual(['IP t0', 'IP t7', 'IP z']);
  expect(folded).toMatchObject({ left: 0, columns: 3 });
  const opened = layOut(scan, new Set(['IP t0']));
  expect(opened.nodes).toHaveLength(42);
  expect(opened.left).toBe(0);
});

test('many who call the same address are one node; three are three', () => {
  const calls = (n: number) => Array.from({ length: n }, (_, i) => alertOf(i, `h${i}`, 'c2'));
  expect(layOut(calls(9)).nodes.map((n) => n.members.length)).toEqual([9, 1]);
  expect(layOut(calls(3)).nodes).toHaveLength(4);
});

test('what has nothing in common is counted when it is too much to draw', () => {
  const strangers = Array.from({ length: 30 }, (_, i) => alertOf(i, `a${i}`, `b${i}`));
  expect(layOut(strangers)).toMatchObject({ left: 36 });
});
