import type { Polygon } from './geojson.ts';
import {
  angle,
  between,
  cross,
  EARTH_RADIUS,
  normalOf,
  type Path,
  plus,
  tangents,
  times,
  unit,
  type Vector,
} from './sphere.ts';

/** What lies within a distance of points and lines. Corners are on the ideal outline, edges up to a tolerance inside of it. */

/** The tolerance may be no finer than this part of the radius. */
const FINEST = 1e-6;
const MAX_EDGES = 10_000;

/** A distance to go and how round to be, in radians; null where they are of no use. */
export interface Reach {
  readonly radius: number;
  readonly tolerance: number;
}

export function reachOf(metres: number, tolerance: number): Reach | null {
  const isUsable = metres > 0 && tolerance > 0 && tolerance >= metres * FINEST;
  const radius = metres / EARTH_RADIUS;
  if (!isUsable || radius >= Math.PI / 2) return null;
  return { radius, tolerance: Math.min(tolerance, metres * 0.999) / EARTH_RADIUS };
}

/** How many edges a circle needs. */
function stepsRound({ radius, tolerance }: Reach): number {
  return Math.max(6, Math.ceil(Math.PI / Math.acos(1 - tolerance / radius)));
}

const away = (at: Vector, direction: Vector, radius: number): Vector =>
  unit(plus(times(at, Math.cos(radius)), times(direction, Math.sin(radius))));

const turned = (first: Vector, second: Vector, by: number): Vector =>
  plus(times(first, Math.cos(by)), times(second, Math.sin(by)));

export function circle(centre: Vector, reach: Reach): Path {
  const steps = stepsRound(reach);
  const [first, second] = tangents(centre);
  const points = Array.from({ length: steps }, (_, i) =>
    away(centre, turned(first, second, (2 * Math.PI * i) / steps), reach.radius),
  );
  return [...points, points[0]!];
}

/** Everything within the radius of an arc. */
function capsule(a: Vector, b: Vector, reach: Reach): Path {
  const left = unit(normalOf(a, b));
  const right = times(left, -1);
  const { radius, tolerance } = reach;
  const half = Math.ceil(stepsRound(reach) / 2);
  // The outline beside an arc is no arc itself: it bends towards the pole of the great circle.
  const longest = Math.sqrt((8 * tolerance) / Math.tan(radius));
  const sides = Math.max(1, Math.ceil(angle(a, b) / longest));
  const along = (from: Vector, to: Vector, direction: Vector) =>
    Array.from({ length: sides + 1 }, (_, i) =>
      away(between(from, to, i / sides), direction, radius),
    );
  const cap = (at: Vector, from: Vector) => {
    const forward = cross(at, from);
    return Array.from({ length: half - 1 }, (_, i) =>
      away(at, turned(from, forward, (Math.PI * (i + 1)) / half), radius),
    );
  };
  const points = [...along(a, b, right), ...cap(b, right), ...along(b, a, left), ...cap(a, left)];
  return [...points, points[0]!];
}

/** What has to be put together for what lies within the reach of paths; null where that is too much. */
export function capsules(paths: readonly Path[], reach: Reach): Polygon[] | null {
  const out: Polygon[] = [];
  for (const path of paths)
    for (let i = 1; i < path.length; i++) {
      const [a, b] = [path[i - 1]!, path[i]!];
      out.push([angle(a, b) < 1e-12 ? circle(a, reach) : capsule(a, b, reach)]);
      if (out.length > MAX_EDGES) return null;
    }
  return out;
}
