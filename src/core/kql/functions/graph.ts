import type { FunctionGroup } from '../dialect/dialect.ts';
import { findComponents } from '../runtime/components.ts';
import type { Direction } from '../runtime/graph.ts';
import { findPaths, type PathKind } from '../runtime/paths.ts';
import { asNumber, asText } from '../runtime/value.ts';
import { hosts } from './host.ts';

/** What graph operators compute over a whole graph at once; the planner's own. See runtime/graph.ts for the texts. */

const KINDS: readonly PathKind[] = ['edge', 'node', 'free', 'shortest', 'all-shortest'];
const DIRECTIONS: readonly Direction[] = ['forward', 'backward', 'any'];

export const graphFunctions: FunctionGroup = hosts([
  {
    /**
     * `(edges, starts, ends, inner, direction, kind, least, most)` → `[starts, ends, edges, inner nodes]`, by path;
     * `*` stands for all nodes.
     */
    name: '$graph_paths',
    takes: ['string', 'string', 'string', 'string', 'string', 'string', 'long', 'long'],
    gives: 'dynamic',
    call: (edges, starts, ends, inner, direction, kind, least, most) => {
      const list = (value: typeof starts) => (value === '*' ? null : asText(value));
      const found = findPaths({
        edges: asText(edges),
        starts: list(starts),
        ends: list(ends),
        inner: list(inner),
        direction: DIRECTIONS.find((d) => d === direction) ?? 'forward',
        kind: KINDS.find((k) => k === kind) ?? 'edge',
        least: asNumber(least) ?? 1,
        most: asNumber(most) ?? 1,
      });
      return JSON.stringify([found.starts, found.ends, found.edges, found.inner]);
    },
  },
  {
    /** `(edges, nodes, isStrong)` → `[nodes, components]`. */
    name: '$graph_components',
    takes: ['string', 'string', 'bool'],
    gives: 'dynamic',
    call: (edges, nodes, isStrong) => {
      const found = findComponents(asText(edges), asText(nodes), isStrong === true);
      return JSON.stringify([[...found.keys()], [...found.values()]]);
    },
  },
]);
