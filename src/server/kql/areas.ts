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

/** Numbers go up to two to the power of this while they are swept over. */
const LARGEST_EXPONENT = 10;

/**
 * How near numbers of that size count as the same. Where edges nearly coincide, a sweep may contradict itself and fail;
 * then it is tried anew by another measure.
 */
const MEASURES = [1e-10, 1e-11, 1e-9, 1e-8];

const scaled = (area: readonly PlanePolygon[], by: number) =>
  area.map((polygon) =>
    polygon.map((ring) => ring.map(([x, y]): [number, number] => [x * by, y * by])),
  );

function largest(areas: readonly (readonly PlanePolygon[])[]): number {
  let most = 0;
  for (const [x, y] of areas.flat(3)) most = Math.max(most, Math.abs(x), Math.abs(y));
  return most;
}

export const overlay: GeoNatives['overlay'] = (kind, areas) => {
  const most = largest(areas);
  if (most === 0) return [];
  // A power of two, so that nothing is rounded on the way there and back.
  const by = 2 ** (LARGEST_EXPONENT - Math.ceil(Math.log2(most)));
  const [first, ...others] = areas.map((area) => scaled(area, by));
  if (!first) return [];
  const { union, intersection, setPrecision } = clipper();
  const sweep = kind === 'union' ? union : intersection;
  for (const measure of MEASURES) {
    setPrecision(measure);
    try {
      return scaled(sweep(first, ...others), 1 / by);
    } catch {
      // The next measure may do.
    }
  }
  return null;
};
