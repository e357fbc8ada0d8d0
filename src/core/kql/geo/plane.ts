import type { PlanePolygon } from './natives.ts';
import { angle, dot, norm, type Path, plus, tangents, times, unit, type Vector } from './sphere.ts';

/**
 * The gnomonic projection: seen from the middle of the Earth, arcs of great circles are straight lines on a plane that
 * touches it. What is true of straight edges there is true of geodesics here; only what fits in one hemisphere has a plane.
 */
export interface Plane {
  /** Radians from its middle to what is farthest away. */
  readonly reach: number;
  onto(p: Vector): readonly [number, number];
  back(x: number, y: number): Vector;
}

/** Beyond this many radians of the middle a plane stretches too much. */
const FARTHEST = 1.5;

/** A middle that no point is much farther away from than it has to be. Source: Bădoiu and Clarkson, core-sets for balls. */
function middleOf(points: readonly Vector[]): Vector {
  let sum: Vector = { x: 0, y: 0, z: 0 };
  for (const p of points) sum = plus(sum, p);
  let middle = norm(sum) < 1e-9 ? points[0]! : unit(sum);
  for (let i = 1; i <= 12; i++) {
    let far = points[0]!;
    let least = 2;
    for (const p of points) {
      const near = dot(p, middle);
      if (near < least) [least, far] = [near, p];
    }
    middle = unit(plus(times(middle, i), far));
  }
  return middle;
}

/** The plane for these points; null when they do not fit on one. */
export function planeFor(points: readonly Vector[]): Plane | null {
  const middle = middleOf(points);
  const reach = points.reduce((far, p) => Math.max(far, angle(middle, p)), 0);
  if (reach > FARTHEST) return null;
  const [east, north] = tangents(middle);
  return {
    reach,
    onto: (p) => {
      const height = dot(p, middle);
      return [dot(p, east) / height, dot(p, north) / height];
    },
    back: (x, y) => unit(plus(middle, plus(times(east, x), times(north, y)))),
  };
}

export function ontoPlane(plane: Plane, polygon: readonly Path[]): PlanePolygon {
  return polygon.map((ring) => ring.map(plane.onto));
}
