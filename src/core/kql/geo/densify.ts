import {
  angle,
  between,
  dot,
  EARTH_RADIUS,
  type Position,
  pointAt,
  type Vector,
} from './sphere.ts';

/**
 * Edges that are straight on a map of longitudes and latitudes, as chains of arcs that stay close to them.
 * Source: Google's S2, S2EdgeTessellator over the plate carrée projection.
 */

/** Where the error of an edge is measured, and by how much more it may be at the worst place. */
const MEASURED_AT = 0.31215691082248315;
const SCALE = 0.8382999256988851;

export const MAX_DENSE_POINTS = 10_485_760;

const planar = (a: Position, b: Position, t: number): Position => [
  a[0] + (b[0] - a[0]) * t,
  a[1] + (b[1] - a[1]) * t,
];

/** A longitude that went past the antimeridian, brought back. */
const wrapped = ([x, y]: Position): Position => [x > 180 ? x - 360 : x < -180 ? x + 360 : x, y];

function on(p: Position): Vector {
  const [x, y] = wrapped(p);
  return pointAt(x, y)!;
}

function error(pa: Position, a: Vector, pb: Position, b: Vector): number {
  if (dot(a, b) < -1e-14) return Number.POSITIVE_INFINITY;
  const at = (t: number) => angle(between(a, b, t), on(planar(pa, pb, t)));
  return Math.max(at(MEASURED_AT), at(1 - MEASURED_AT));
}

/**
 * A path with positions put in between, such that arcs are at most so many metres away from the straight edges. Edges
 * over more than 180 degrees of longitude go the long way round, unless `crosses` lets them pass the antimeridian.
 * Null where it would have too many points.
 */
export function densified(
  path: readonly Position[],
  metres: number,
  crosses: boolean,
): Position[] | null {
  const tolerance = (SCALE * metres) / EARTH_RADIUS;
  const out: Position[] = [path[0]!];
  let isFull = false;
  const add = (pa: Position, a: Vector, pb: Position, b: Vector): void => {
    if (isFull) return;
    if (error(pa, a, pb, b) <= tolerance) {
      isFull = out.push(wrapped(pb)) > MAX_DENSE_POINTS;
      return;
    }
    const middle = planar(pa, pb, 0.5);
    const m = on(middle);
    add(pa, a, middle, m);
    add(middle, m, pb, b);
  };
  for (let i = 1; i < path.length; i++) {
    const [from, to] = [path[i - 1]!, path[i]!];
    const turn = to[0] - from[0];
    const shift = crosses && Math.abs(turn) > 180 ? -360 * Math.sign(turn) : 0;
    add(from, on(from), [to[0] + shift, to[1]], on(to));
  }
  return isFull ? null : out;
}
