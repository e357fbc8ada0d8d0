import type { FunctionGroup, HostValue, Natives } from '../dialect/dialect.ts';
import { boxOf } from '../geo/box.ts';
import {
  areApart,
  fromWkt,
  isInside,
  type Polygon,
  pathsCross,
  pointJson,
  polygonsMeet,
} from '../geo/geojson.ts';
import { uniteLines } from '../geo/lines.ts';
import { unite } from '../geo/overlay.ts';
import {
  azimuth,
  between,
  distance,
  EARTH_RADIUS,
  nearestOnPath,
  norm,
  type Path,
  pathCentroid,
  pathLength,
  plus,
  ringArea,
  ringCentroid,
  times,
  unit,
  type Vector,
} from '../geo/sphere.ts';
import { asNumber, asText, printJson } from '../runtime/value.ts';
import { bound, lines, POINT, point, polygons, spec, within } from './geo-values.ts';
import { type HostSpec, hosts } from './host.ts';

/**
 * Places on the Earth, taken for a sphere of its mean radius unless the query asks for the spheroid; edges are the
 * shortest arcs. What is no place, line or polygon gives null. Several polygons are measured as the area they cover
 * together, several lines as the stretches they share once.
 * Source: Microsoft's reference pages of the same names.
 */

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

/** Polygons that are apart and cover the same. */
function apart(of: readonly Polygon[], overlay: Natives['overlay']): readonly Polygon[] | null {
  return areApart(of) ? of : unite(of, overlay);
}

/** The lines of a value, each stretch once. */
function stretches(line: HostValue | undefined): readonly Path[] | null {
  const of = lines(line);
  return of && of.length > 1 ? uniteLines(of) : of;
}

/** The only line of a value; null where there are several. */
function single(line: HostValue | undefined): Path | null {
  const of = lines(line);
  return of?.length === 1 ? of[0]! : null;
}

/** How far along a path the point nearest to another is, as a part of its length. */
function located(path: Path, p: Vector): number {
  let [best, at, before] = [Number.POSITIVE_INFINITY, 0, 0];
  for (let i = 1; i < path.length; i++) {
    const [from, to] = [path[i - 1]!, path[i]!];
    const found = nearestOnPath(p, [from, to]);
    if (found.metres < best) [best, at] = [found.metres, before + distance(from, found.point)];
    before += distance(from, to);
  }
  return before === 0 ? 0 : at / before;
}

/** The point at a part of a path's length. */
function interpolated(path: Path, fraction: number): Vector {
  let left = fraction * pathLength(path);
  for (let i = 1; i < path.length; i++) {
    const [from, to] = [path[i - 1]!, path[i]!];
    const metres = distance(from, to);
    if (left <= metres && metres > 0) return between(from, to, left / metres);
    left -= metres;
  }
  return path.at(-1)!;
}

const places: readonly HostSpec[] = [
  bound(
    'distance_2points',
    [...POINT, ...POINT],
    'real',
    ({ spheroidDistance }) =>
      (a, b, c, d, isSpheroid) => {
        const [p, q] = [point(a, b), point(c, d)];
        if (!p || !q) return null;
        return isSpheroid
          ? spheroidDistance([Number(a), Number(b)], [Number(c), Number(d)])
          : distance(p, q);
      },
    'bool',
  ),
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

/** What is said of the area that polygons cover. */
function measured(
  name: string,
  gives: 'real' | 'dynamic',
  measure: (of: readonly Polygon[]) => HostValue,
): HostSpec {
  return bound(name, ['dynamic'], gives, ({ overlay }) => (shape) => {
    const of = polygons(shape);
    const whole = of ? apart(of, overlay) : null;
    return whole ? measure(whole) : null;
  });
}

const shapes: readonly HostSpec[] = [
  spec('line_length', ['dynamic'], 'real', (line) => {
    const of = stretches(line);
    return of ? of.reduce((sum, path) => sum + pathLength(path), 0) : null;
  }),
  spec('line_centroid', ['dynamic'], 'dynamic', (line) => {
    const of = stretches(line);
    const middle = of ? pathCentroid(of) : null;
    return middle ? printJson(pointJson(middle)) : null;
  }),
  measured('polygon_area', 'real', (of) => {
    return of.reduce((sum, polygon) => sum + steradians(polygon), 0) * EARTH_RADIUS ** 2;
  }),
  measured('polygon_perimeter', 'real', (of) =>
    of.flat().reduce((sum, ring) => sum + pathLength(ring), 0),
  ),
  measured('polygon_centroid', 'dynamic', (of) => {
    const middle = polygonCentroid(of);
    return middle ? printJson(pointJson(middle)) : null;
  }),
  spec('line_interpolate_point', ['dynamic', 'real'], 'dynamic', (line, fraction) => {
    const [path, part] = [single(line), within(fraction ?? null, 0, 0, 1)];
    return path && part !== null ? printJson(pointJson(interpolated(path, part))) : null;
  }),
  spec('line_locate_point', ['dynamic', ...POINT], 'real', (line, a, b) => {
    const [path, p] = [single(line), point(a, b)];
    return path && p ? located(path, p) : null;
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

/** A side of the box around a shape and what lies within a distance of it, in degrees; what look-ups begin with. */
const side: HostSpec = {
  name: '$geo_side',
  takes: ['dynamic', 'string', 'real'],
  gives: 'real',
  call: (shape, which, radius) => {
    const metres = within(radius ?? undefined, 0, 0, Number.MAX_VALUE);
    const [paths, areas] = [lines(shape) ?? [], polygons(shape) ?? []];
    if (metres === null || paths.length + areas.length === 0) return null;
    const { west, east, south, north } = boxOf(paths, areas, metres / EARTH_RADIUS);
    return which === 'west' ? west : which === 'east' ? east : which === 'south' ? south : north;
  },
};

export const geoFunctions: FunctionGroup = hosts([...places, ...shapes, side]);
