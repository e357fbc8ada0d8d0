import type { FunctionGroup, HostValue, Natives } from '../dialect/dialect.ts';
import { capsules, circle, type Reach, reachOf } from '../geo/buffer.ts';
import { densified } from '../geo/densify.ts';
import { geometryJson, linePositions, type Polygon, polygonPositions } from '../geo/geojson.ts';
import { linesWithin, sharedLines, uniteLines } from '../geo/lines.ts';
import { shared, unite } from '../geo/overlay.ts';
import { simplifiedLine, simplifiedPolygons } from '../geo/simplify.ts';
import { EARTH_RADIUS, type Path, type Position } from '../geo/sphere.ts';
import { type Json, parseJson, printJson } from '../runtime/value.ts';
import {
  bound,
  lines,
  linesOfAll,
  POINT,
  point,
  polygons,
  polygonsOfAll,
  spec,
  within,
} from './geo-values.ts';
import { type HostSpec, hosts } from './host.ts';

/**
 * Shapes made of shapes on the sphere; edges are the shortest arcs. A broken shape gives null, as do areas that hang
 * together over more than a hemisphere. Areas, lines and points are exact; where a ring begins, and which of several
 * equal outlines a buffer or a simplified shape has, may differ from Kusto's.
 * Source: Microsoft's reference pages of the same names.
 */

type Overlay = Natives['overlay'];

const linesJson = (of: readonly Path[]) => printJson(geometryJson([], of, []));
const polygonsJson = (of: readonly Polygon[] | null) =>
  of && of.length > 0 ? printJson(geometryJson([], [], of)) : null;

const together: readonly HostSpec[] = [
  spec('union_lines_array', ['dynamic'], 'dynamic', (all) => {
    const of = linesOfAll(all);
    return of ? linesJson(uniteLines(of)) : null;
  }),
  bound('union_polygons_array', ['dynamic'], 'dynamic', ({ overlay }) => (all) => {
    const of = polygonsOfAll(all);
    return of ? polygonsJson(unite(of, overlay)) : null;
  }),
  spec('intersection_2lines', ['dynamic', 'dynamic'], 'dynamic', (a, b) => {
    const [x, y] = [lines(a), lines(b)];
    if (!x || !y) return null;
    const found = sharedLines(x, y);
    return printJson(geometryJson(found.points, found.lines, []));
  }),
  spec('intersection_line_with_polygon', ['dynamic', 'dynamic'], 'dynamic', (a, b) => {
    const [x, y] = [lines(a), polygons(b)];
    if (!x || !y) return null;
    const found = linesWithin(x, y);
    return printJson(geometryJson(found.points, found.lines, []));
  }),
  bound('intersection_2polygons', ['dynamic', 'dynamic'], 'dynamic', ({ overlay }) => (a, b) => {
    const [x, y] = [polygons(a), polygons(b)];
    const found = x && y ? shared(x, y, overlay) : null;
    return found ? printJson(geometryJson(found.points, found.lines, found.polygons)) : null;
  }),
];

/** The default tolerance in metres. */
const TOLERANCE = 10;

function reach(radius: HostValue | undefined, tolerance: HostValue | undefined): Reach | null {
  const metres = within(radius ?? null, 0, 0, Number.MAX_VALUE);
  const round = within(tolerance, TOLERANCE, 0, Number.MAX_VALUE);
  return metres === null || round === null ? null : reachOf(metres, round);
}

/** All within a distance of paths and areas. */
function buffered(
  paths: readonly Path[],
  areas: readonly Polygon[],
  far: Reach,
  overlay: Overlay,
): string | null {
  const around = capsules([...paths, ...areas.flat()], far);
  return around ? polygonsJson(unite([...areas, ...around], overlay)) : null;
}

const buffers: readonly HostSpec[] = [
  spec(
    'point_buffer',
    [...POINT, 'real'],
    'dynamic',
    (a, b, radius, tolerance) => {
      const [p, far] = [point(a, b), reach(radius, tolerance)];
      return p && far ? polygonsJson([[circle(p, far)]]) : null;
    },
    'real',
  ),
  bound(
    'line_buffer',
    ['dynamic', 'real'],
    'dynamic',
    ({ overlay }) =>
      (line, radius, tolerance) => {
        const [of, far] = [lines(line), reach(radius, tolerance)];
        return of && far ? buffered(of, [], far, overlay) : null;
      },
    'real',
  ),
  bound(
    'polygon_buffer',
    ['dynamic', 'real'],
    'dynamic',
    ({ overlay }) =>
      (shape, radius, tolerance) => {
        const [of, far] = [polygons(shape), reach(radius, tolerance)];
        return of && far ? buffered([], of, far, overlay) : null;
      },
    'real',
  ),
];

const positionsJson = (positions: readonly Position[]): Json => positions.map((p): Json => [...p]);

/** A shape of one part by itself, else as several. */
const shapeJson = (name: string, parts: readonly Json[]) =>
  printJson(
    parts.length === 1
      ? { type: name, coordinates: parts[0]! }
      : { type: `Multi${name}`, coordinates: [...parts] },
  );

/** Paths made denser, in the shape they came in; null where one cannot be. */
function dense(
  paths: readonly (readonly Position[])[],
  tolerance: HostValue | undefined,
  crosses: HostValue | undefined,
): Json[] | null {
  const metres = within(tolerance, TOLERANCE, 0.1, 10_000);
  if (metres === null) return null;
  const out = paths.map((path) => densified(path, metres, crosses === true || crosses === 1));
  return out.some((path) => path === null) ? null : out.map((path) => positionsJson(path ?? []));
}

const denser: readonly HostSpec[] = [
  spec(
    'line_densify',
    ['dynamic'],
    'dynamic',
    (line, tolerance, crosses) => {
      const paths = linePositions(parseJson(line ?? null));
      const found = paths ? dense(paths, tolerance, crosses) : null;
      return found ? shapeJson('LineString', found) : null;
    },
    'real',
  ),
  spec(
    'polygon_densify',
    ['dynamic'],
    'dynamic',
    (shape, tolerance, crosses) => {
      const parts: Json[] = [];
      const of = polygonPositions(parseJson(shape ?? null));
      for (const rings of of ?? []) {
        const found = dense(rings, tolerance, crosses);
        if (!found) return null;
        parts.push(found);
      }
      return of ? shapeJson('Polygon', parts) : null;
    },
    'real',
  ),
];

const FARTHEST_SIMPLIFIED = 7_800_000;

function tolerated(given: HostValue | undefined): number | null {
  const metres = within(given, TOLERANCE, 0, FARTHEST_SIMPLIFIED);
  return metres === null ? null : metres / EARTH_RADIUS;
}

/** Several polygons are simplified as the area they cover together. */
function simplified(
  of: readonly Polygon[] | null,
  tolerance: HostValue | undefined,
  overlay: Overlay,
): string | null {
  const radians = tolerated(tolerance);
  if (!of || radians === null) return null;
  const whole = of.length > 1 ? unite(of, overlay) : of;
  if (!whole) return null;
  const found = simplifiedPolygons(whole, radians);
  return polygonsJson(found.isSound ? found.polygons : unite(found.polygons, overlay));
}

const simpler: readonly HostSpec[] = [
  spec(
    'line_simplify',
    ['dynamic'],
    'dynamic',
    (line, tolerance) => {
      const [of, radians] = [lines(line), tolerated(tolerance)];
      if (!of || radians === null) return null;
      const whole = of.length > 1 ? uniteLines(of) : of;
      const found = whole.flatMap((path): Path[] => {
        const left = simplifiedLine(path, radians);
        return left ? [left] : [];
      });
      return found.length > 0 ? linesJson(found) : null;
    },
    'real',
  ),
  bound(
    'polygon_simplify',
    ['dynamic'],
    'dynamic',
    ({ overlay }) =>
      (shape, tolerance) =>
        simplified(polygons(shape), tolerance, overlay),
    'real',
  ),
  bound(
    'simplify_polygons_array',
    ['dynamic'],
    'dynamic',
    ({ overlay }) =>
      (all, tolerance) =>
        simplified(polygonsOfAll(all), tolerance, overlay),
    'real',
  ),
];

export const geoShapeFunctions: FunctionGroup = hosts([
  ...together,
  ...buffers,
  ...denser,
  ...simpler,
]);
