/** Geometry on a sphere of the Earth's mean radius. Points are unit vectors; longitudes and latitudes are degrees. */

export interface Vector {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

/** Metres. */
export const EARTH_RADIUS = 6_371_010;

const RADIANS = Math.PI / 180;

export type Position = readonly [longitude: number, latitude: number];

/** The point at a longitude and latitude; null outside of -180…180 and -90…90. */
export function pointAt(longitude: number, latitude: number): Vector | null {
  const isInside = Math.abs(longitude) <= 180 && Math.abs(latitude) <= 90;
  if (!isInside) return null;
  const [a, b] = [longitude * RADIANS, latitude * RADIANS];
  return { x: Math.cos(b) * Math.cos(a), y: Math.cos(b) * Math.sin(a), z: Math.sin(b) };
}

export function positionOf(v: Vector): [longitude: number, latitude: number] {
  return [Math.atan2(v.y, v.x) / RADIANS, Math.atan2(v.z, Math.hypot(v.x, v.y)) / RADIANS];
}

export const plus = (a: Vector, b: Vector): Vector => ({
  x: a.x + b.x,
  y: a.y + b.y,
  z: a.z + b.z,
});
export const times = (a: Vector, by: number): Vector => ({ x: a.x * by, y: a.y * by, z: a.z * by });
export const minus = (a: Vector, b: Vector): Vector => plus(a, times(b, -1));
export const dot = (a: Vector, b: Vector): number => a.x * b.x + a.y * b.y + a.z * b.z;
export const cross = (a: Vector, b: Vector): Vector => ({
  x: a.y * b.z - a.z * b.y,
  y: a.z * b.x - a.x * b.z,
  z: a.x * b.y - a.y * b.x,
});
export const norm = (a: Vector): number => Math.hypot(a.x, a.y, a.z);

export function unit(a: Vector): Vector {
  const length = norm(a);
  return length === 0 ? a : times(a, 1 / length);
}

/** Radians between two directions. */
export function angle(a: Vector, b: Vector): number {
  return Math.atan2(norm(cross(a, b)), dot(a, b));
}

/** The cross product of unit vectors, exact to the last digits even where they nearly coincide. */
export function normalOf(a: Vector, b: Vector): Vector {
  return times(cross(plus(a, b), minus(b, a)), 0.5);
}

/** The point at a fraction of the way along the arc from `a` to `b`. */
export function between(a: Vector, b: Vector, fraction: number): Vector {
  const whole = angle(a, b);
  if (whole === 0) return a;
  const [s, t] = [Math.sin((1 - fraction) * whole), Math.sin(fraction * whole)];
  return unit(plus(times(a, s), times(b, t)));
}

/** Two directions that span the plane at right angles to a point; the second is the first turned to the left, seen from outside. */
export function tangents(at: Vector): readonly [Vector, Vector] {
  const pole = Math.abs(at.z) < 0.9 ? { x: 0, y: 0, z: 1 } : { x: 1, y: 0, z: 0 };
  const first = unit(cross(pole, at));
  return [first, cross(at, first)];
}

export function distance(a: Vector, b: Vector): number {
  return angle(a, b) * EARTH_RADIUS;
}

/** The direction from one point to another: radians clockwise from north, 0 to 2π; null where they are the same. */
export function azimuth(a: Vector, b: Vector): number | null {
  const [p, q] = [positionOf(a), positionOf(b)];
  if (angle(a, b) === 0) return null;
  const [la, lb, way] = [p[1] * RADIANS, q[1] * RADIANS, (q[0] - p[0]) * RADIANS];
  const east = Math.sin(way) * Math.cos(lb);
  const north = Math.cos(la) * Math.sin(lb) - Math.sin(la) * Math.cos(lb) * Math.cos(way);
  const turn = Math.atan2(east, north);
  return turn < 0 ? turn + 2 * Math.PI : turn;
}

/** The point of the arc from `a` to `b` that is nearest to `p`. */
export function nearestOnArc(p: Vector, a: Vector, b: Vector): Vector {
  const normal = normalOf(a, b);
  if (norm(normal) === 0) return a;
  const onCircle = unit(minus(p, times(unit(normal), dot(p, unit(normal)))));
  const isBetween = dot(cross(a, onCircle), normal) >= 0 && dot(cross(onCircle, b), normal) >= 0;
  if (isBetween) return onCircle;
  return angle(p, a) <= angle(p, b) ? a : b;
}

export type Path = readonly Vector[];

export function pathLength(path: Path): number {
  return path.reduce((sum, p, i) => (i === 0 ? 0 : sum + distance(path[i - 1]!, p)), 0);
}

/** The nearest point of a path, and how far it is in metres. */
export function nearestOnPath(p: Vector, path: Path): { point: Vector; metres: number } {
  let best = { point: path[0]!, metres: distance(p, path[0]!) };
  for (let i = 1; i < path.length; i++) {
    const point = nearestOnArc(p, path[i - 1]!, path[i]!);
    const metres = distance(p, point);
    if (metres < best.metres) best = { point, metres };
  }
  return best;
}

/** Whether a closed path goes round a point: what it turns by, seen from there, sums to a whole turn. */
export function goesRound(ring: Path, p: Vector): boolean {
  let turned = 0;
  for (let i = 1; i < ring.length; i++) {
    const [a, b] = [azimuth(p, ring[i - 1]!), azimuth(p, ring[i]!)];
    if (a === null || b === null) return true;
    let step = b - a;
    if (step > Math.PI) step -= 2 * Math.PI;
    if (step < -Math.PI) step += 2 * Math.PI;
    turned += step;
  }
  return Math.abs(turned) > Math.PI;
}

/** Signed, in steradians: positive where the ring goes counterclockwise. */
export function ringArea(ring: Path): number {
  let excess = 0;
  for (let i = 1; i < ring.length; i++) {
    const [a, b] = [positionOf(ring[i - 1]!), positionOf(ring[i]!)];
    let way = (b[0] - a[0]) * RADIANS;
    if (way > Math.PI) way -= 2 * Math.PI;
    if (way < -Math.PI) way += 2 * Math.PI;
    const [s, t] = [Math.tan((a[1] * RADIANS) / 2), Math.tan((b[1] * RADIANS) / 2)];
    excess -= 2 * Math.atan2(Math.tan(way / 2) * (s + t), 1 + s * t);
  }
  return excess;
}

/** The centroid of an arc, times its length. */
function arcCentroid(a: Vector, b: Vector): Vector {
  const [across, along] = [minus(a, b), plus(a, b)];
  const size = dot(along, along);
  return size === 0 ? { x: 0, y: 0, z: 0 } : times(along, Math.sqrt(dot(across, across) / size));
}

/** The middle of paths, by their length; null when they have none. */
export function pathCentroid(paths: readonly Path[]): Vector | null {
  let sum: Vector = { x: 0, y: 0, z: 0 };
  for (const path of paths)
    for (let i = 1; i < path.length; i++) sum = plus(sum, arcCentroid(path[i - 1]!, path[i]!));
  return norm(sum) === 0 ? null : unit(sum);
}

/** The centroid of a triangle, times its area, with the sign of its orientation. Source: Google's S2, centroids. */
function triangleCentroid(a: Vector, b: Vector, c: Vector): Vector {
  const stretch = (p: Vector, q: Vector) => {
    const w = angle(p, q);
    return w === 0 ? 1 : w / Math.sin(w);
  };
  const [ra, rb, rc] = [stretch(b, c), stretch(c, a), stretch(a, b)];
  const x = { x: a.x, y: b.x - a.x, z: c.x - a.x };
  const y = { x: a.y, y: b.y - a.y, z: c.y - a.y };
  const z = { x: a.z, y: b.z - a.z, z: c.z - a.z };
  const r = { x: ra, y: rb - ra, z: rc - ra };
  return times({ x: dot(cross(y, z), r), y: dot(cross(z, x), r), z: dot(cross(x, y), r) }, 0.5);
}

/** The middle of a ring's inside, times twice its area. */
export function ringCentroid(ring: Path): Vector {
  let sum: Vector = { x: 0, y: 0, z: 0 };
  for (let i = 2; i < ring.length; i++)
    sum = plus(sum, triangleCentroid(ring[0]!, ring[i - 1]!, ring[i]!));
  return ringArea(ring) < 0 ? times(sum, -1) : sum;
}
