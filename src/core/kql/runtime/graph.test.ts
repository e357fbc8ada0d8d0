import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findComponents } from './components.ts';
import { findPaths, type PathKind, type PathRequest } from './paths.ts';

type Edge = readonly [from: number, to: number];

const lines = (edges: readonly Edge[]) => edges.map((e, i) => `${i} ${e.join(' ')}`).join('\n');

function request(edges: readonly Edge[], more: Partial<PathRequest>): PathRequest {
  return {
    edges: lines(edges),
    direction: 'forward',
    kind: 'edge',
    least: 1,
    most: 4,
    starts: null,
    ends: null,
    inner: null,
    ...more,
  };
}

/** `from -edges-> to`, sorted. */
function shown(edges: readonly Edge[], more: Partial<PathRequest>): string[] {
  const found = findPaths(request(edges, more));
  return found.starts.map((s, i) => `${s} -${found.edges[i]}-> ${found.ends[i]}`).sort();
}

/** Every path, by trying every sequence of edges. */
function slowly(edges: readonly Edge[], kind: PathKind, least: number, most: number): string[] {
  const out: string[] = [];
  const walk = (nodes: number[], used: number[]): void => {
    if (used.length >= least) out.push(`${nodes[0]} -${used}-> ${nodes.at(-1)}`);
    if (used.length === most) return;
    edges.forEach(([from, to], i) => {
      if (from !== nodes.at(-1)) return;
      if (kind === 'edge' && used.includes(i)) return;
      if (kind !== 'edge' && kind !== 'free' && nodes.includes(to)) return;
      walk([...nodes, to], [...used, i]);
    });
  };
  for (const node of new Set(edges.flat())) walk([node], []);
  return out.sort();
}

const edgesOf = fc.array(fc.tuple(fc.nat(5), fc.nat(5)), { maxLength: 9 });

describe('findPaths', () => {
  it.each(['edge', 'node', 'free'] as const)('finds what trying everything finds: %s', (kind) => {
    fc.assert(
      fc.property(edgesOf, fc.nat(2), fc.nat(3), (edges, least, more) => {
        expect(shown(edges, { kind, least, most: least + more })).toEqual(
          slowly(edges, kind, least, least + more),
        );
      }),
      { numRuns: 200, seed: 1 },
    );
  });

  it('keeps to the ends it is given, from whichever side it begins', () => {
    fc.assert(
      fc.property(edgesOf, fc.nat(5), fc.uniqueArray(fc.nat(5)), (edges, end, starts) => {
        const wanted = slowly(edges, 'edge', 1, 3).filter(
          (p) => p.endsWith(`> ${end}`) && starts.some((s) => p.startsWith(`${s} `)),
        );
        const asked = { most: 3, starts: starts.join('\n'), ends: String(end) };
        expect(shown(edges, asked)).toEqual(wanted);
      }),
      { numRuns: 200, seed: 1 },
    );
  });

  it.each([1, 2])('finds all shortest paths of at least %d edges', (least) => {
    fc.assert(
      fc.property(edgesOf, (edges) => {
        const all = slowly(edges, 'node', least, 4).map((text) => {
          const [from, used, to] = text.split(/ -|-> /);
          return { text, pair: `${from} ${to}`, length: used!.split(',').length };
        });
        const wanted = all.filter((p) =>
          all.every((q) => q.pair !== p.pair || q.length >= p.length),
        );
        expect(shown(edges, { kind: 'all-shortest', least })).toEqual(wanted.map((p) => p.text));
        const pairs = shown(edges, { kind: 'shortest', least }).map((p) => p.replace(/ -.*->/, ''));
        expect(pairs.sort()).toEqual([...new Set(wanted.map((p) => p.pair))].sort());
      }),
      { numRuns: 200, seed: 1 },
    );
  });

  it('goes both ways, and once around a loop', () => {
    expect(
      shown(
        [
          [0, 1],
          [2, 2],
        ],
        { direction: 'any', most: 2 },
      ),
    ).toEqual(['0 -0-> 1', '1 -0-> 0', '2 -1-> 2']);
  });

  it('passes only where it may', () => {
    const square: Edge[] = [
      [0, 1],
      [1, 3],
      [0, 2],
      [2, 3],
    ];
    expect(shown(square, { least: 2, inner: '2' })).toEqual(['0 -2,3-> 3']);
  });

  it('follows a chain to its end, however long', () => {
    const chain = Array.from({ length: 30_000 }, (_, i): Edge => [i, i + 1]);
    const ends = { starts: '0', ends: '30000', most: 2 ** 31 };
    for (const kind of ['shortest', 'all-shortest', 'node', 'edge'] as const) {
      const found = findPaths(request(chain, { ...ends, kind }));
      expect([found.starts, found.edges[0]?.length]).toEqual([[0], 30_000]);
    }
    expect(() => findPaths(request(chain, { most: 30_000 }))).toThrow(/edges in them: filter/);
  });

  it('stops where there are too many paths', () => {
    const all = Array.from({ length: 144 }, (_, i): Edge => [i % 12, Math.floor(i / 12)]);
    expect(() => findPaths(request(all, { most: 12 }))).toThrow(
      /more than 1000000 paths, .*: filter/,
    );
  });
});

describe('findComponents', () => {
  const edges: Edge[] = [
    [0, 1],
    [1, 2],
    [2, 0],
    [2, 3],
    [4, 5],
  ];
  const nodes = '0\n1\n2\n3\n4\n5\n6';

  it('ignores directions for weak ones', () =>
    expect([...findComponents(lines(edges), nodes, false).values()]).toEqual([
      0, 0, 0, 0, 1, 1, 2,
    ]));

  it('needs a way back for strong ones', () =>
    expect([...findComponents(lines(edges), nodes, true).values()]).toEqual([0, 0, 0, 1, 2, 3, 4]));
});
