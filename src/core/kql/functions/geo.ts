import type { KqlType } from '../../schema/index.ts';
import type { FunctionGroup, HostCall, HostValue } from '../dialect/dialect.ts';
import { cellOf, geohashOf, MAX_GEOHASH, neighboursOf } from '../runtime/geohash.ts';
import {
  areApart,
  fromWkt,
  isInside,
  linesOf,
  type Polygon,
  pathsCross,
  pointJson,
  polygonsMeet,
  polygonsOf,
  ringJson,
} from '../runtime/geojson.ts';
import {
  cellAt,
  cellOfToken,
  centreOf,
  cornersOf,
  neighboursOf as s2Neighbours,
} from '../runtime/s2.ts';
import {
  azimuth,
  distance,
  EARTH_RADIUS,
  nearestOnPath,
  norm,
  type Path,
  pathCentroid,
  pathLength,
  plus,
  pointAt,
  positionOf,
  ringArea,
  ringCentroid,
  times,
  unit,
  type Vector,
} from '../runtime/sphere.ts';
import { asNumber, asText, printJson } from '../runtime/value.ts';
import { type HostSpec, hosts } from './host.ts';

/**
 * Places on the Earth, taken for a sphere of its mean radius; edges are the shortest arcs. What is no place, line or
 * polygon gives null. Where the union of several polygons is meant and they overlap, the answer is null too.
 * Source: Microsoft's reference pages of the same names.
 */

const point = (
  longitude: HostValue | undefined,
  latitude: HostValue | undefined,
): Vector | null => {
  const [a, b] = [asNumber(longitude), asNumber(latitude)];
  return a === null || b === null ? null : pointAt(a, b);
};
const lines = (v: HostValue | undefined) => linesOf(asText(v));
const polygons = (v: HostValue | undefined) => polygonsOf(asText(v));

function spec(
  name: string,
  takes: readonly KqlType[],
  gives: KqlType,
  call: HostCall,
  rest?: KqlType,
): HostSpec {
  return { name: `geo_${name}`, takes, gives, call, ...(rest ? { rest } : {}) };
}

const POINT = ['real', 'real'] as const;

/** The path of several that is nearest to a point. */
function nearest(p: Vector, paths: readonly Path[]): { point: Vector; metres: number } {
  return paths
    .map((path) => nearestOnPath(p, path))
    .reduce((a, b) => (b.metres < a.metres ? b : a));
}

/** The least the point is away from polygons: nothing inside of one. */
function nearestOfPolygons(p: Vector, of: readonly Polygon[]): { point: Vector; metres: number } {
  return of.some((polygon) => isInside(polygon, p))
    ? { point: p, metres: 0 }
    : nearest(p, of.flat());
}

function steradians(polygon: Polygon): number {
  const [outer, ...holes] = polygon.map((ring) => Math.abs(ringArea(ring)));
  return (outer ?? 0) - holes.reduce((a, b) => a + b, 0);
}

function polygonCentroid(of: readonly Polygon[]): Vector | null {
  const sum = of
    .map(([outer, ...holes]) =>
      holes.reduce((a, hole) => plus(a, times(ringCentroid(hole), -1)), ringCentroid(outer!)),
    )
    .reduce(plus);
  return norm(sum) === 0 ? null : unit(sum);
}

/** A level that is not given is the default; one that is null or outside gives nothing. */
function level(given: readonly HostValue[], fallback: number, from: number, to: number) {
  const value = given.length === 0 ? fallback : asNumber(given[0]);
  return value !== null && value >= from && value <= to ? value : null;
}

const places: readonly HostSpec[] = [
  spec('distance_2points', [...POINT, ...POINT], 'real', (a, b, c, d) => {
    const [p, q] = [point(a, b), point(c, d)];
    return p && q ? distance(p, q) : null;
  }),
  spec('azimuth', [...POINT, ...POINT], 'real', (a, b, c, d) => {
    const [p, q] = [point(a, b), point(c, d)];
    return p && q ? azimuth(p, q) : null;
  }),
  spec('angle', [...POINT, ...POINT, ...POINT], 'real', (a, b, c, d, e, f) => {
    const [p, q, r] = [point(a, b), point(c, d), point(e, f)];
    const [first, second] = p && q && r ? [azimuth(q, p), azimuth(q, r)] : [null, null];
    if (first === null || second === null) return null;
    return (second - first + 2 * Math.PI) % (2 * Math.PI);
  }),
  spec('point_in_circle', [...POINT, ...POINT, 'real'], 'bool', (a, b, c, d, radius) => {
    const [p, q, r] = [point(a, b), point(c, d), asNumber(radius)];
    return p && q && r !== null && r >= 0 ? distance(p, q) <= r : null;
  }),
  spec('point_in_polygon', [...POINT, 'dynamic'], 'bool', (a, b, shape) => {
    const [p, of] = [point(a, b), polygons(shape)];
    return p && of ? of.some((polygon) => isInside(polygon, p)) : null;
  }),
  spec('distance_point_to_line', [...POINT, 'dynamic'], 'real', (a, b, line) => {
    const [p, of] = [point(a, b), lines(line)];
    return p && of ? nearest(p, of).metres : null;
  }),
  spec('distance_point_to_polygon', [...POINT, 'dynamic'], 'real', (a, b, shape) => {
    const [p, of] = [point(a, b), polygons(shape)];
    return p && of ? nearestOfPolygons(p, of).metres : null;
  }),
  spec('closest_point_on_line', [...POINT, 'dynamic'], 'dynamic', (a, b, line) => {
    const [p, of] = [point(a, b), lines(line)];
    return p && of ? printJson(pointJson(nearest(p, of).point)) : null;
  }),
  spec('closest_point_on_polygon', [...POINT, 'dynamic'], 'dynamic', (a, b, shape) => {
    const [p, of] = [point(a, b), polygons(shape)];
    return p && of ? printJson(pointJson(nearestOfPolygons(p, of).point)) : null;
  }),
  spec('from_wkt', ['string'], 'dynamic', (text) => printJson(fromWkt(asText(text)))),
];

const shapes: readonly HostSpec[] = [
  spec('line_length', ['dynamic'], 'real', (line) => {
    const of = lines(line);
    return of ? of.reduce((sum, path) => sum + pathLength(path), 0) : null;
  }),
  spec('line_centroid', ['dynamic'], 'dynamic', (line) => {
    const of = lines(line);
    const middle = of ? pathCentroid(of) : null;
    return middle ? printJson(pointJson(middle)) : null;
  }),
  spec('polygon_area', ['dynamic'], 'real', (shape) => {
    const of = polygons(shape);
    if (!of || !areApart(of)) return null;
    return of.reduce((sum, polygon) => sum + steradians(polygon), 0) * EARTH_RADIUS ** 2;
  }),
  spec('polygon_perimeter', ['dynamic'], 'real', (shape) => {
    const of = polygons(shape);
    if (!of || !areApart(of)) return null;
    return of.flat().reduce((sum, ring) => sum + pathLength(ring), 0);
  }),
  spec('polygon_centroid', ['dynamic'], 'dynamic', (shape) => {
    const of = polygons(shape);
    const middle = of && areApart(of) ? polygonCentroid(of) : null;
    return middle ? printJson(pointJson(middle)) : null;
  }),
  spec('intersects_2lines', ['dynamic', 'dynamic'], 'bool', (a, b) => {
    const [x, y] = [lines(a), lines(b)];
    return x && y ? x.some((p) => y.some((q) => pathsCross(p, q))) : null;
  }),
  spec('intersects_2polygons', ['dynamic', 'dynamic'], 'bool', (a, b) => {
    const [x, y] = [polygons(a), polygons(b)];
    return x && y ? x.some((p) => y.some((q) => polygonsMeet(p, q))) : null;
  }),
  spec('intersects_line_with_polygon', ['dynamic', 'dynamic'], 'bool', (a, b) => {
    const [x, y] = [lines(a), polygons(b)];
    if (!x || !y) return null;
    const meets = (line: Path, polygon: Polygon) =>
      isInside(polygon, line[0]!) || polygon.some((ring) => pathsCross(line, ring));
    return x.some((line) => y.some((polygon) => meets(line, polygon)));
  }),
];

const cells: readonly HostSpec[] = [
  spec(
    'point_to_geohash',
    POINT,
    'string',
    (a, b, ...accuracy) => {
      const [p, length] = [point(a, b), level(accuracy, 5, 1, MAX_GEOHASH)];
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
  spec(
    'point_to_s2cell',
    POINT,
    'string',
    (a, b, ...given) => {
      const [p, depth] = [point(a, b), level(given, 11, 0, 30)];
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
];

export const geoFunctions: FunctionGroup = hosts([...places, ...shapes, ...cells]);
