import { createRequire } from 'node:module';
import type { Hexagons } from '#core/kql/index.ts';

/** Cells of H3, by Uber's own library compiled to JavaScript. It is loaded when a query first asks for a cell. */

const load = createRequire(import.meta.url);
let library: typeof import('h3-js') | undefined;

function h3(): typeof import('h3-js') {
  library ??= load('h3-js');
  if (!library) throw new Error('h3-js is not installed; run npm install');
  return library;
}

/** A place with its longitude first. */
const turned = ([latitude, longitude]: readonly [number, number]) => [longitude, latitude] as const;

/** A cell has about this many of the next finer resolution inside. */
const PER_RESOLUTION = 7;
/** With as many cells, how many finer ones there will be can be told well enough. */
const TELLING = 200;

export const hexagons: Hexagons = {
  isCell: (token) => h3().isValidCell(token),
  cellAt: (longitude, latitude, resolution) => h3().latLngToCell(latitude, longitude, resolution),
  resolution: (token) => h3().getResolution(token),
  parent: (token, resolution) => h3().cellToParent(token, resolution),
  children: (token, resolution) => h3().cellToChildren(token, resolution),
  centre: (token) => turned(h3().cellToLatLng(token)),
  boundary: (token) => h3().cellToBoundary(token, true),
  rings: (token, distance) => h3().gridDiskDistances(token, distance),
  within: (polygon, resolution, most) => {
    const rings = polygon.map((ring) => ring.map((p) => [...p]));
    // From coarse to fine, so that a polygon of far too many cells is found out before they are all made.
    for (let coarse = 0; coarse < resolution; coarse++) {
      const count = h3().polygonToCells(rings, coarse, true).length;
      if (count < TELLING) continue;
      if (count * PER_RESOLUTION ** (resolution - coarse) > 2 * most) return null;
      break;
    }
    const cells = h3().polygonToCells(rings, resolution, true);
    return cells.length > most ? null : cells;
  },
};
