import { createRequire } from 'node:module';
import type { GeoNatives, PlanePolygon } from '#core/kql/index.ts';

/** Areas of a plane put together or cut with each other: the sweep of Martínez, Rueda and Feito. Loaded when first asked for. */

const load = createRequire(import.meta.url);
let library: typeof import('polyclip-ts') | undefined;

function clipper(): typeof import('polyclip-ts') {
  library ??= load('polyclip-ts');
  if (!library) throw new Error('polyclip-ts is not installed; run npm install');
  return library;
}

const given = (area: readonly PlanePolygon[]) =>
  area.map((polygon) => polygon.map((ring) => ring.map(([x, y]): [number, number] => [x, y])));

export const overlay: GeoNatives['overlay'] = (kind, areas) => {
  const [first, ...others] = areas.map(given);
  if (!first) return [];
  const { union, intersection } = clipper();
  return kind === 'union' ? union(first, ...others) : intersection(first, ...others);
};
