import type { FunctionGroup, HostValue } from '../dialect/dialect.ts';
import { cellOf, geohashOf, MAX_GEOHASH, neighboursOf } from '../geo/geohash.ts';
import { pointJson, polygonPositions, ringJson } from '../geo/geojson.ts';
import type { Hexagons } from '../geo/natives.ts';
import {
  cellAt,
  cellOfToken,
  centreOf,
  cornersOf,
  neighboursOf as s2Neighbours,
} from '../geo/s2.ts';
import { coverOf } from '../geo/s2-cover.ts';
import { EARTH_RADIUS, positionOf } from '../geo/sphere.ts';
import { asNumber, asText, type Json, parseJson, printJson } from '../runtime/value.ts';
import { bound, lines, POINT, point, polygons, spec, within } from './geo-values.ts';
import { type HostSpec, hosts } from './host.ts';

/**
 * Cells that the Earth is cut into: geohashes, S2 cells, H3 cells. What is no cell or no place gives null, or an empty
 * token. Source: Microsoft's reference pages of the same names.
 */

const geohashes: readonly HostSpec[] = [
  spec(
    'point_to_geohash',
    POINT,
    'string',
    (a, b, accuracy) => {
      const [p, length] = [point(a, b), within(accuracy, 5, 1, MAX_GEOHASH)];
      return p && length !== null ? geohashOf(asNumber(a) ?? 0, asNumber(b) ?? 0, length) : '';
    },
    'long',
  ),
  spec('geohash_to_central_point', ['string'], 'dynamic', (hash) => {
    const c = cellOf(asText(hash));
    return c
      ? printJson({
          type: 'Point',
          coordinates: [(c.west + c.east) / 2, (c.south + c.north) / 2],
        })
      : null;
  }),
  spec('geohash_to_polygon', ['string'], 'dynamic', (hash) => {
    const c = cellOf(asText(hash));
    if (!c) return null;
    const corners: readonly (readonly [number, number])[] = [
      [c.west, c.south],
      [c.east, c.south],
      [c.east, c.north],
      [c.west, c.north],
    ];
    return printJson(ringJson(corners));
  }),
  spec('geohash_neighbors', ['string'], 'dynamic', (hash) => printJson(neighboursOf(asText(hash)))),
];

/** Metres around a shape, as radians; null where that is no distance. */
function around(metres: HostValue | undefined): number | null {
  const value = within(metres, 0, 0, Number.MAX_VALUE);
  return value === null ? null : value / EARTH_RADIUS;
}

const s2: readonly HostSpec[] = [
  spec(
    'point_to_s2cell',
    POINT,
    'string',
    (a, b, level) => {
      const [p, depth] = [point(a, b), within(level, 11, 0, 30)];
      return p && depth !== null ? cellAt(p, depth) : '';
    },
    'long',
  ),
  spec('s2cell_to_central_point', ['string'], 'dynamic', (token) => {
    const cell = cellOfToken(asText(token));
    return cell ? printJson(pointJson(centreOf(cell))) : null;
  }),
  spec('s2cell_to_polygon', ['string'], 'dynamic', (token) => {
    const cell = cellOfToken(asText(token));
    return cell ? printJson(ringJson(cornersOf(cell).map(positionOf))) : null;
  }),
  spec('s2cell_neighbors', ['string'], 'dynamic', (token) => {
    const cell = cellOfToken(asText(token));
    return cell ? printJson(s2Neighbours(cell)) : null;
  }),
  spec(
    'polygon_to_s2cells',
    ['dynamic'],
    'dynamic',
    (shape, level, radius) => {
      const [of, depth, far] = [polygons(shape), within(level, 11, 0, 30), around(radius)];
      return of && depth !== null && far !== null
        ? printJson(coverOf({ lines: [], polygons: of }, depth, far))
        : null;
    },
    'real',
  ),
  spec(
    'line_to_s2cells',
    ['dynamic'],
    'dynamic',
    (line, level, radius) => {
      const [of, depth, far] = [lines(line), within(level, 11, 0, 30), around(radius)];
      return of && depth !== null && far !== null
        ? printJson(coverOf({ lines: of, polygons: [] }, depth, far))
        : null;
    },
    'real',
  ),
];

const FINEST_H3 = 15;
const MAX_H3_CELLS = 61_680;
const MAX_H3_RINGS = 142;
/** How many resolutions finer children may be. */
const MAX_H3_DEPTH = 5;

/** A function of one H3 cell; null for what is none. */
function hexagon(
  name: string,
  call: (h: Hexagons, cell: string, more: HostValue | undefined) => Json,
  rest?: 'long',
): HostSpec {
  return bound(
    `h3cell_${name}`,
    ['string'],
    'dynamic',
    ({ hexagons }) =>
      (token, more) => {
        const cell = asText(token);
        return hexagons.isCell(cell) ? printJson(call(hexagons, cell, more)) : null;
      },
    rest,
  );
}

const h3: readonly HostSpec[] = [
  bound(
    'point_to_h3cell',
    POINT,
    'string',
    ({ hexagons }) =>
      (a, b, resolution) => {
        const [x, y, level] = [asNumber(a), asNumber(b), within(resolution, 6, 0, FINEST_H3)];
        return point(a, b) && x !== null && y !== null && level !== null
          ? hexagons.cellAt(x, y, level)
          : '';
      },
    'long',
  ),
  bound('h3cell_level', ['string'], 'int', ({ hexagons }) => (token) => {
    const cell = asText(token);
    return hexagons.isCell(cell) ? hexagons.resolution(cell) : null;
  }),
  bound(
    'h3cell_parent',
    ['string'],
    'string',
    ({ hexagons }) =>
      (token, resolution) => {
        const cell = asText(token);
        if (!hexagons.isCell(cell)) return '';
        const own = hexagons.resolution(cell);
        const level = within(resolution, own - 1, 0, own);
        return level === null ? '' : hexagons.parent(cell, level);
      },
    'long',
  ),
  hexagon(
    'children',
    (h, cell, resolution) => {
      const own = h.resolution(cell);
      const level = within(resolution, own + 1, own, Math.min(FINEST_H3, own + MAX_H3_DEPTH));
      return level === null ? null : [...h.children(cell, level)];
    },
    'long',
  ),
  hexagon('neighbors', (h, cell) => [...(h.rings(cell, 1)[1] ?? [])]),
  hexagon(
    'rings',
    (h, cell, distance) => {
      const far = within(distance ?? null, 0, 0, MAX_H3_RINGS);
      return far === null ? null : h.rings(cell, far).map((ring): Json => [...ring]);
    },
    'long',
  ),
  hexagon('to_central_point', (h, cell) => ({ type: 'Point', coordinates: [...h.centre(cell)] })),
  hexagon('to_polygon', (h, cell) => ({
    type: 'Polygon',
    coordinates: [h.boundary(cell).map((p): Json => [...p])],
  })),
  bound(
    'polygon_to_h3cells',
    ['dynamic'],
    'dynamic',
    ({ hexagons }) =>
      (shape, resolution) => {
        const of = polygonPositions(parseJson(shape ?? null));
        const level = within(resolution, 6, 0, FINEST_H3);
        if (!of || level === null) return null;
        const found = new Set<string>();
        for (const polygon of of) {
          const cells = hexagons.within(polygon, level, MAX_H3_CELLS);
          if (!cells) return null;
          for (const cell of cells) found.add(cell);
        }
        return found.size <= MAX_H3_CELLS ? printJson([...found]) : null;
      },
    'long',
  ),
];

export const geoCellFunctions: FunctionGroup = hosts([...geohashes, ...s2, ...h3]);
